//! A hierarchy on disk.

use pki::issue::{Hierarchy, Options};
use pki::profile::Edition;
use ring::rand::SystemRandom;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Every file of a hierarchy, valid now.
pub(crate) struct OnDisk {
    pub(crate) hierarchy: Hierarchy,
    directory: TempDir,
}

impl OnDisk {
    pub(crate) fn new() -> Self {
        Self::of(Edition::Iso2)
    }

    pub(crate) fn of(edition: Edition) -> Self {
        let ocsp = Some("http://ocsp.example.com/v2g".into());
        let options = Options { ocsp, ..Options::of(edition) };
        let hierarchy =
            Hierarchy::generate(&SystemRandom::new(), pnc::time::unix(), options).unwrap();
        let on_disk = Self { hierarchy, directory: tempfile::tempdir().unwrap() };
        for (path, octets) in on_disk.hierarchy.files() {
            on_disk.write(&path, &octets);
        }
        on_disk
    }

    pub(crate) fn write(&self, path: &str, octets: &[u8]) -> String {
        let path = self.directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(&path, octets).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self, path: &str) -> String {
        self.directory.path().join(path).to_str().unwrap().to_owned()
    }
}
