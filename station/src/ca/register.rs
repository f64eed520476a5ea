//! What an authority issued and revoked.

use super::CaError;
use nix::fcntl::{Flock, FlockArg};
use pki::revocation::{Reason, Revocation, States, Status};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// One line of a register. Moments are seconds since 1970; serial numbers the content octets of their INTEGER in hex.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A certificate was issued.
    Issued {
        /// When.
        at: i64,
        /// Its serial number.
        serial: String,
        /// Name of its kind.
        kind: String,
        /// Its subject.
        subject: String,
        /// Last second of its validity.
        not_after: i64,
    },
    /// A certificate that the authority issued and revoked before its directory was made.
    TakenOver {
        /// When.
        at: i64,
        /// Its serial number.
        serial: String,
        /// The last second for which it is listed.
        not_after: i64,
    },
    /// A certificate was revoked, or suspended.
    Revoked {
        /// When.
        at: i64,
        /// Its serial number.
        serial: String,
        /// Why, in RFC 5280's name.
        reason: String,
    },
    /// A suspension ended.
    Released {
        /// When.
        at: i64,
        /// The certificate's serial number.
        serial: String,
    },
    /// A revocation list was issued.
    Listed {
        /// When.
        at: i64,
        /// Its number.
        number: u64,
    },
}

/// A register, held by this process alone until it is dropped.
#[derive(Debug)]
pub struct Register {
    path: PathBuf,
    file: Flock<File>,
    certificates: HashMap<String, Entry>,
    /// Serial numbers in the order of issuing.
    order: Vec<String>,
    list_number: u64,
}

/// What a register knows about a certificate.
#[derive(Clone, Debug)]
struct Entry {
    not_after: i64,
    revoked: Option<Revocation>,
}

impl Register {
    /// Opens a register, or begins one. Waits while another process holds it. A last line that was never finished, because
    /// the machine stopped, is taken off: nobody got what it speaks of.
    pub(super) fn open(path: &Path) -> Result<Self, CaError> {
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(path);
        let file = file.map_err(CaError::file(path))?;
        let mut file = Flock::lock(file, FlockArg::LockExclusive)
            .map_err(|(_, error)| CaError::File { path: path.to_owned(), error: error.into() })?;
        let mut text = String::new();
        file.seek(SeekFrom::Start(0)).map_err(CaError::file(path))?;
        file.read_to_string(&mut text).map_err(CaError::file(path))?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64).map_err(CaError::file(path))?;
        }
        let mut register = Self {
            path: path.to_owned(),
            file,
            certificates: HashMap::new(),
            order: Vec::new(),
            list_number: 0,
        };
        for (number, line) in (1..).zip(text.get(..whole).unwrap_or_default().lines()) {
            let event = serde_json::from_str(line)
                .map_err(|error| CaError::content(path, format!("line {number}: {error}")))?;
            register.take(&event);
        }
        Ok(register)
    }

    /// Notes what happened, certificates that were issued for instance; it is on disk when this returns.
    pub(super) fn issued(&mut self, events: &[Event]) -> Result<(), CaError> {
        self.append(events)
    }

    /// Revokes a certificate, suspends it ([`Reason::CertificateHold`]) or ends that ([`Reason::RemoveFromCrl`]).
    pub fn revoke(&mut self, serial: &str, reason: Reason, now_unix: i64) -> Result<(), CaError> {
        let entry = self.certificates.get(serial);
        let entry = entry.ok_or_else(|| CaError::Unknown(serial.to_owned()))?;
        let serial = serial.to_owned();
        match (entry.revoked, reason) {
            (Some(revocation), _) if revocation.is_final() => Err(CaError::Revoked(serial)),
            (None, Reason::RemoveFromCrl) => Err(CaError::NotOnHold(serial)),
            (Some(_), Reason::RemoveFromCrl) => {
                self.append(&[Event::Released { at: now_unix, serial }])
            }
            (Some(_), Reason::CertificateHold) => Ok(()),
            _ => {
                let reason = reason.to_string();
                self.append(&[Event::Revoked { at: now_unix, serial, reason }])
            }
        }
    }

    /// Takes the next number for a revocation list.
    pub(super) fn next_list(&mut self, now_unix: i64) -> Result<u64, CaError> {
        let number = self.list_number.saturating_add(1);
        self.append(&[Event::Listed { at: now_unix, number }])?;
        Ok(number)
    }

    /// Serial numbers of certificates that are revoked and would still be valid, in the order of issuing.
    pub(super) fn revoked(&self, now_unix: i64) -> Vec<(Vec<u8>, Revocation)> {
        let entry = |serial: &String| {
            let entry = self.certificates.get(serial)?;
            let listed = entry.not_after >= now_unix;
            Some((unhex(serial), entry.revoked.filter(|_| listed)?))
        };
        self.order.iter().filter_map(entry).collect()
    }

    fn append(&mut self, events: &[Event]) -> Result<(), CaError> {
        let mut lines = Vec::new();
        for event in events {
            serde_json::to_writer(&mut lines, event)
                .map_err(|error| CaError::content(&self.path, error))?;
            lines.push(b'\n');
        }
        self.file.write_all(&lines).map_err(CaError::file(&self.path))?;
        self.file.sync_all().map_err(CaError::file(&self.path))?;
        events.iter().for_each(|event| self.take(event));
        Ok(())
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::Issued { serial, not_after, .. }
            | Event::TakenOver { serial, not_after, .. } => {
                let entry = Entry { not_after: *not_after, revoked: None };
                if self.certificates.insert(serial.clone(), entry).is_none() {
                    self.order.push(serial.clone());
                }
            }
            Event::Revoked { at, serial, reason: name } => {
                if let Some(entry) = self.certificates.get_mut(serial) {
                    entry.revoked = Some(Revocation { at: *at, reason: reason(name) });
                }
            }
            Event::Released { serial, .. } => {
                if let Some(entry) = self.certificates.get_mut(serial) {
                    entry.revoked = None;
                }
            }
            Event::Listed { number, .. } => self.list_number = *number,
        }
    }
}

impl States for Register {
    fn status(&self, serial: &[u8]) -> Status {
        match self.certificates.get(&hex(serial)) {
            None => Status::Unknown,
            Some(Entry { revoked: None, .. }) => Status::Good,
            Some(Entry { revoked: Some(revocation), .. }) => Status::Revoked(*revocation),
        }
    }
}

/// A reason by RFC 5280's name, in any case.
pub fn reason(name: &str) -> Option<Reason> {
    const ALL: [Reason; 10] = [
        Reason::Unspecified,
        Reason::KeyCompromise,
        Reason::CaCompromise,
        Reason::AffiliationChanged,
        Reason::Superseded,
        Reason::CessationOfOperation,
        Reason::CertificateHold,
        Reason::RemoveFromCrl,
        Reason::PrivilegeWithdrawn,
        Reason::AaCompromise,
    ];
    ALL.into_iter().find(|reason| reason.to_string().eq_ignore_ascii_case(name))
}

pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let octet = |at| text.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    (0..text.len()).step_by(2).filter_map(octet).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued(serial: &str, not_after: i64) -> Event {
        let (serial, kind) = (serial.to_owned(), "contract".to_owned());
        Event::Issued { at: 1, serial, kind, subject: "CN=x".to_owned(), not_after }
    }

    #[test]
    fn what_happened_is_there_again_and_a_torn_last_line_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("register.jsonl");
        let mut register = Register::open(&path).unwrap();
        register.issued(&[issued("0a", 100), issued("00b1", 50), issued("0c", 100)]).unwrap();
        register.revoke("0a", Reason::KeyCompromise, 10).unwrap();
        register.revoke("00b1", Reason::Superseded, 11).unwrap();
        register.revoke("0c", Reason::CertificateHold, 12).unwrap();
        assert_eq!(register.next_list(13).unwrap(), 1);
        drop(register);
        let mut text = std::fs::read(&path).unwrap();
        text.extend(br#"{"event":"revoked","at":1"#);
        std::fs::write(&path, &text).unwrap();

        let mut register = Register::open(&path).unwrap();
        assert_eq!(register.next_list(14).unwrap(), 2);
        let hold = Revocation { at: 12, reason: Some(Reason::CertificateHold) };
        let lost = Revocation { at: 10, reason: Some(Reason::KeyCompromise) };
        assert_eq!(register.status(&[0x0a]), Status::Revoked(lost));
        assert_eq!(register.status(&[0x0d]), Status::Unknown);
        let revoked = [(vec![0x0a], lost), (vec![0x0c], hold)];
        assert_eq!(register.revoked(60), revoked, "what has expired is not listed");
        register.revoke("0c", Reason::RemoveFromCrl, 15).unwrap();
        assert_eq!(register.status(&[0x0c]), Status::Good);
        drop(register);
        assert_eq!(Register::open(&path).unwrap().status(&[0x0c]), Status::Good);
    }

    #[test]
    fn what_cannot_be_revoked_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let mut register = Register::open(&directory.path().join("register.jsonl")).unwrap();
        register.issued(&[issued("0a", 100)]).unwrap();
        let unknown = register.revoke("0b", Reason::Unspecified, 1);
        assert!(matches!(unknown, Err(CaError::Unknown(_))));
        let released = register.revoke("0a", Reason::RemoveFromCrl, 1);
        assert!(matches!(released, Err(CaError::NotOnHold(_))));
        register.revoke("0a", Reason::Unspecified, 1).unwrap();
        let again = register.revoke("0a", Reason::KeyCompromise, 1);
        assert!(matches!(again, Err(CaError::Revoked(_))));
        for name in ["keyCompromise", "cacompromise", "REMOVEFROMCRL"] {
            assert!(reason(name).is_some(), "{name}");
        }
        assert_eq!(reason("because"), None);
    }

    #[test]
    fn a_line_that_is_no_event_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("register.jsonl");
        std::fs::write(&path, "{}\n").unwrap();
        let error = Register::open(&path).unwrap_err().to_string();
        assert!(error.contains("register.jsonl: line 1: "), "{error}");
    }
}
