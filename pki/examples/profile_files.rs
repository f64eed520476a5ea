//! Certificates that break the rules of their profiles, one file for each way, for other tools to judge.
//!
//! ```text
//! profile_files DIR    DIR/*.der, and on standard output a line for each: file, edition, kind, broken rules
//! ```
use std::error::Error;
use std::io::Write as _;
use std::path::Path;

use pki::profile::Edition;

#[path = "../tests/profiles/cases.rs"]
mod cases;
#[path = "../tests/profiles/draft.rs"]
mod draft;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("profile_files DIR")?;
    std::fs::create_dir_all(&directory)?;
    let mut out = std::io::stdout().lock();
    for (number, case) in cases::CASES.iter().enumerate() {
        let edition = match case.edition {
            Edition::Iso2 => "2",
            Edition::Iso20 => "20",
        };
        let file = format!("{number:03}-{}.der", case.what.replace(' ', "-"));
        std::fs::write(Path::new(&directory).join(&file), case.draft().certificate().der())?;
        writeln!(out, "{file}\t{edition}\t{}\t{}", case.kind, case.levels[0].join(" "))?;
    }
    Ok(())
}
