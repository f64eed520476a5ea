//! What both sets of distributed energy resources (DER) have alike.

use exi::Exi;

/// Whether the car follows the grid's voltage or makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum OperatingMode {
    GridFollowing,
    GridForming,
}

/// Whether the site hangs on the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum GridConnectionMode {
    GridConnected,
    GridIslanded,
}

/// The sign of reactive power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum PowerFactorExcitation {
    OverExcited,
    UnderExcited,
}

/// The modes of AC, and the ones in scope that the set with the namespace `$der` adds.
macro_rules! modes {
    ($der:ident) => {
        /// The limits as AC has them, or with what the grid wants to know.
        #[derive(Debug, Clone, PartialEq, exi::Exi)]
        #[exi(substitution, tail = "CpdReqEnergyTransferMode")]
        pub enum CpdReqMode {
            Ac(ac::CpdReq),
            BptAc(ac::BptCpdReq),
            #[exi(ns = $der, name = "DER_AC_CPDReqEnergyTransferMode")]
            DerAc(alloc::boxed::Box<DerCpdReq>),
        }

        /// The limits as AC has them, or with what the grid asks for.
        #[derive(Debug, Clone, PartialEq, exi::Exi)]
        #[exi(substitution, tail = "CpdResEnergyTransferMode")]
        pub enum CpdResMode {
            Ac(ac::CpdRes),
            BptAc(ac::BptCpdRes),
            #[exi(ns = $der, name = "DER_AC_CPDResEnergyTransferMode")]
            DerAc(alloc::boxed::Box<DerCpdRes>),
        }

        /// The control modes of a request; the third form is the schema's abstract head, never sent by us.
        #[derive(Debug, Clone, PartialEq, exi::Exi)]
        #[exi(substitution, tail = "AcClReqControlMode")]
        pub enum ClReqMode {
            BptDynamic(ac::BptDynamicClReq),
            BptScheduled(ac::BptScheduledClReq),
            #[exi(ns = types::TYPES, name = "CLReqControlMode")]
            Abstract(types::Empty),
            #[exi(ns = $der, name = "DER_Dynamic_AC_CLReqControlMode")]
            DerDynamic(DerDynamicClReq),
            #[exi(ns = $der, name = "DER_Scheduled_AC_CLReqControlMode")]
            DerScheduled(DerScheduledClReq),
            Dynamic(ac::DynamicClReq),
            Scheduled(ac::ScheduledClReq),
        }

        /// The control modes of a response; the third form is the schema's abstract head, never sent by us.
        #[derive(Debug, Clone, PartialEq, exi::Exi)]
        #[exi(substitution, tail = "AcClResControlMode")]
        pub enum ClResMode {
            BptDynamic(ac::DynamicClRes),
            BptScheduled(ac::ScheduledClRes),
            #[exi(ns = types::TYPES, name = "CLResControlMode")]
            Abstract(types::Empty),
            #[exi(ns = $der, name = "DER_Dynamic_AC_CLResControlMode")]
            DerDynamic(DerDynamicClRes),
            #[exi(ns = $der, name = "DER_Scheduled_AC_CLResControlMode")]
            DerScheduled(DerScheduledClRes),
            Dynamic(ac::DynamicClRes),
            Scheduled(ac::ScheduledClRes),
        }
    };
}
pub(crate) use modes;
