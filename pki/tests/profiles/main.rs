//! Certificate profiles: every kind, every rule.

#[cfg(test)]
mod broken;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod clean;
#[cfg(test)]
mod draft;
#[cfg(test)]
mod guess;
#[cfg(test)]
mod mutated;
