//! The messages, and their codes.

/// The messages of AC over the modes in scope, and the schema set `Grammar` in scope as data. `NS` in
/// scope is the namespace of AC. The sets of distributed energy resources have the same messages over
/// more modes.
macro_rules! messages {
    (signed_info: $signed_info:literal) => {
        /// The car tells its limits.
        #[derive(Debug, Clone, PartialEq, exi::Exi)]
        #[exi(rare)]
        pub struct ChargeParameterDiscoveryReq {
            pub header: $crate::iso20::msg::types::Header,
            #[exi(choice)]
            pub energy_transfer_mode: CpdReqMode,
        }

        /// The station tells its limits.
        #[derive(Debug, Clone, PartialEq, exi::Exi)]
        #[exi(rare)]
        pub struct ChargeParameterDiscoveryRes {
            pub header: $crate::iso20::msg::types::Header,
            pub response_code: $crate::iso20::msg::types::ResponseCode,
            #[exi(choice)]
            pub energy_transfer_mode: CpdResMode,
        }

        /// What the car takes or gives now, and what it can, asked every control cycle.
        #[derive(Debug, Clone, PartialEq, exi::Exi)]
        pub struct ChargeLoopReq {
            pub header: $crate::iso20::msg::types::Header,
            #[exi(ns = $crate::iso20::msg::types::TYPES)]
            pub display_parameters: Option<$crate::iso20::msg::types::DisplayParameters>,
            #[exi(ns = $crate::iso20::msg::types::TYPES)]
            pub meter_info_requested: bool,
            #[exi(choice)]
            pub control_mode: ClReqMode,
        }

        /// What the station wants the car to take or give.
        #[derive(Debug, Clone, PartialEq, exi::Exi)]
        pub struct ChargeLoopRes {
            pub header: $crate::iso20::msg::types::Header,
            pub response_code: $crate::iso20::msg::types::ResponseCode,
            #[exi(ns = $crate::iso20::msg::types::TYPES)]
            pub evse_status: Option<$crate::iso20::msg::types::EvseStatus>,
            #[exi(ns = $crate::iso20::msg::types::TYPES)]
            pub meter_info: Option<$crate::iso20::msg::types::MeterInfo>,
            #[exi(ns = $crate::iso20::msg::types::TYPES)]
            pub receipt: Option<$crate::iso20::msg::types::Receipt>,
            pub evse_target_frequency: Option<$crate::iso20::msg::types::RationalNumber>,
            #[exi(choice)]
            pub control_mode: ClResMode,
        }

        exi::roots! {
            /// The message set as data; its fragments are what signatures refer to.
            pub static SCHEMA: Grammar;
            documents {
                2 = "AC_ChargeLoopReq" in NS => ChargeLoopReq;
                3 = "AC_ChargeLoopRes" in NS => ChargeLoopRes;
                4 = "AC_ChargeParameterDiscoveryReq" in NS => ChargeParameterDiscoveryReq;
                5 = "AC_ChargeParameterDiscoveryRes" in NS => ChargeParameterDiscoveryRes;
            }
            fragments {
                5 = "AC_ChargeParameterDiscoveryRes" in NS => ChargeParameterDiscoveryRes;
                $signed_info = "SignedInfo" in $crate::xmldsig::NS => $crate::xmldsig::SignedInfo;
            }
        }
    };
}
pub(crate) use messages;
