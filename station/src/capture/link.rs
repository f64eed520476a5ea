//! Link types of capture files.

macro_rules! link_types {
    ($($(#[$doc:meta])* $name:ident = $code:literal),+ $(,)?) => {
        /// What the first octet of a packet belongs to.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum LinkType {
            $($(#[$doc])* $name,)+
            /// A link this crate does not take apart.
            Other(u16),
        }

        impl From<u16> for LinkType {
            fn from(code: u16) -> Self {
                match code {
                    $($code => Self::$name,)+
                    // The numbers raw IP has on BSD and OpenBSD.
                    12 | 14 => Self::Raw,
                    code => Self::Other(code),
                }
            }
        }

        impl From<LinkType> for u16 {
            fn from(link: LinkType) -> Self {
                match link {
                    $(LinkType::$name => $code,)+
                    LinkType::Other(code) => code,
                }
            }
        }
    };
}

link_types! {
    /// BSD loopback: the address family in the writer's byte order, then IP.
    Null = 0,
    Ethernet = 1,
    /// IPv4 or IPv6 without a link header.
    Raw = 101,
    /// OpenBSD loopback: the address family in network order, then IP.
    Loop = 108,
    /// Linux "any" device, version 1.
    LinuxSll = 113,
    Ipv4 = 228,
    Ipv6 = 229,
    /// Linux "any" device, version 2.
    LinuxSll2 = 276,
}
