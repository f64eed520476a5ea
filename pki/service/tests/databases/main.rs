//! The store on each database.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod load;
#[cfg(test)]
mod place;
#[cfg(test)]
mod store;
#[cfg(test)]
mod weather;
