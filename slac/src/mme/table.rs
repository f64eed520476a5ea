//! The tables of message types become enums.

/// The messages of one vendor: code, name, content.
macro_rules! vendor {
    ($(#[$meta:meta])* $vendor:ident $($code:literal $name:literal $variant:ident)*) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $vendor {
            $(#[doc = $name] $variant($variant),)*
        }

        impl $vendor {
            /// MMTYPE of every message.
            pub const CODES: &'static [u16] = &[$($code,)*];

            /// MMTYPE.
            pub fn code(&self) -> u16 {
                match self { $(Self::$variant(_) => $code,)* }
            }

            /// The vendor's name of the message.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)* }
            }

            /// `None`: no message of the table.
            pub(super) fn read(
                code: u16,
                reader: &mut $crate::mme::wire::Reader<'_>,
            ) -> Result<Option<Self>, $crate::mme::Error> {
                Ok(Some(match code {
                    $($code => Self::$variant($crate::mme::wire::Field::read(reader, $name)?),)*
                    _ => return Ok(None),
                }))
            }

            pub(super) fn write(&self, out: &mut alloc::vec::Vec<u8>) {
                out.extend(OUI);
                match self { $(Self::$variant(content) => $crate::mme::wire::Field::write(content, out),)* }
            }
        }

        $(impl $variant {
            /// MMTYPE.
            pub const CODE: u16 = $code;
        }

        impl From<$variant> for $crate::mme::Message {
            fn from(content: $variant) -> Self {
                Self::$vendor($vendor::$variant(content))
            }
        })*
    };
}

/// The messages of HomePlug: code, version of the format, name, content.
macro_rules! messages {
    ($($code:literal $version:literal $name:literal $variant:ident)*) => {
        /// The content of a frame.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Message {
            $(#[doc = $name] $variant($variant),)*
            /// Of a Qualcomm modem.
            Qualcomm(Qualcomm),
            /// Of a Lumissil modem.
            Lumissil(Lumissil),
            /// A type, version or fragment that is not ours to read; engines pass over it.
            Unknown {
                /// MMTYPE.
                code: u16,
                /// The octets between type and body, of version 1 and above.
                fragment: [u8; 2],
                /// All that follows.
                body: Payload,
            },
        }

        impl Message {
            /// MMTYPE and version of the format of every message that no vendor has to itself.
            pub const CODES: &'static [(u16, u8)] = &[$(($code, $version),)*];

            /// MMTYPE.
            pub fn code(&self) -> u16 {
                match self {
                    $(Self::$variant(_) => $code,)*
                    Self::Qualcomm(message) => message.code(),
                    Self::Lumissil(message) => message.code(),
                    Self::Unknown { code, .. } => *code,
                }
            }

            /// The name in the HomePlug specification or the vendor's, if the type is known.
            pub fn name(&self) -> Option<&'static str> {
                match self {
                    $(Self::$variant(_) => Some($name),)*
                    Self::Qualcomm(message) => Some(message.name()),
                    Self::Lumissil(message) => Some(message.name()),
                    Self::Unknown { .. } => None,
                }
            }

            fn version(&self) -> u8 {
                match self {
                    Self::NwStatsCnf(stats) if stats.is_wide => 2,
                    $(Self::$variant(_) => $version,)*
                    Self::Qualcomm(_) => 0,
                    Self::Lumissil(_) | Self::Unknown { .. } => 1,
                }
            }

            /// Version 0 has types of its own.
            fn read(code: u16, fragment: [u8; 2], reader: &mut Reader<'_>) -> Result<Self, Error> {
                let is_zero = reader.version == 0;
                Ok(match code {
                    $($code if is_zero == ($version == 0) => Self::$variant(Field::read(reader, $name)?),)*
                    _ => match Self::vendor(code, reader)? {
                        Some(message) => message,
                        None => Self::Unknown { code, fragment, body: Payload(reader.rest().to_vec()) },
                    },
                })
            }

            fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant(message) => message.write(out),)*
                    Self::Qualcomm(message) => message.write(out),
                    Self::Lumissil(message) => message.write(out),
                    Self::Unknown { body, .. } => out.extend(&body.0),
                }
            }
        }

        $(impl $variant {
            /// MMTYPE.
            pub const CODE: u16 = $code;
        }

        impl From<$variant> for Message {
            fn from(message: $variant) -> Self {
                Self::$variant(message)
            }
        })*
    };
}

pub(super) use {messages, vendor};
