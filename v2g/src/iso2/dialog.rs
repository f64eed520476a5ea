//! Which response pairs with which request.

use super::msg::{self, BodyElement, ResponseCode};
use core::fmt;

/// Lists every pair once; requests, responses and their kinds all come from this list.
macro_rules! dialog {
    ($($name:ident = $req:ident / $res:ident),+ $(,)?) => {
        /// The kinds of request. [V2G2-538]
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum RequestKind { $($name),+ }

        impl RequestKind {
            /// Every kind, in the order of the standard's tables.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The message's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($req)),+ }
            }
        }

        /// A message of the car.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Request { $($name(msg::$req)),+ }

        /// A message of the station.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Response { $($name(msg::$res)),+ }

        impl Request {
            /// What kind it is.
            pub fn kind(&self) -> RequestKind {
                match self { $(Self::$name(_) => RequestKind::$name),+ }
            }

            /// The request in a body; `None` for what is none.
            pub fn from_body(body: BodyElement) -> Option<Self> {
                match body { $(BodyElement::$req(m) => Some(Self::$name(m)),)+ _ => None }
            }

            /// The body that carries it.
            pub fn into_body(self) -> BodyElement {
                match self { $(Self::$name(m) => BodyElement::$req(m)),+ }
            }
        }

        impl Response {
            /// The request it answers.
            pub fn kind(&self) -> RequestKind {
                match self { $(Self::$name(_) => RequestKind::$name),+ }
            }

            /// How the request was taken.
            pub fn code(&self) -> ResponseCode {
                match self { $(Self::$name(m) => m.response_code),+ }
            }

            /// The response in a body; `None` for what is none.
            pub fn from_body(body: BodyElement) -> Option<Self> {
                match body { $(BodyElement::$res(m) => Some(Self::$name(m)),)+ _ => None }
            }

            /// The body that carries it.
            pub fn into_body(self) -> BodyElement {
                match self { $(Self::$name(m) => BodyElement::$res(m)),+ }
            }
        }

        $(
            impl From<msg::$req> for Request {
                fn from(m: msg::$req) -> Self { Self::$name(m) }
            }
            impl From<msg::$res> for Response {
                fn from(m: msg::$res) -> Self { Self::$name(m) }
            }
        )+
    };
}

dialog! {
    SessionSetup = SessionSetupReq / SessionSetupRes,
    ServiceDiscovery = ServiceDiscoveryReq / ServiceDiscoveryRes,
    ServiceDetail = ServiceDetailReq / ServiceDetailRes,
    PaymentServiceSelection = PaymentServiceSelectionReq / PaymentServiceSelectionRes,
    CertificateInstallation = CertificateInstallationReq / CertificateInstallationRes,
    CertificateUpdate = CertificateUpdateReq / CertificateUpdateRes,
    PaymentDetails = PaymentDetailsReq / PaymentDetailsRes,
    Authorization = AuthorizationReq / AuthorizationRes,
    ChargeParameterDiscovery = ChargeParameterDiscoveryReq / ChargeParameterDiscoveryRes,
    PowerDelivery = PowerDeliveryReq / PowerDeliveryRes,
    ChargingStatus = ChargingStatusReq / ChargingStatusRes,
    CableCheck = CableCheckReq / CableCheckRes,
    PreCharge = PreChargeReq / PreChargeRes,
    CurrentDemand = CurrentDemandReq / CurrentDemandRes,
    MeteringReceipt = MeteringReceiptReq / MeteringReceiptRes,
    WeldingDetection = WeldingDetectionReq / WeldingDetectionRes,
    SessionStop = SessionStopReq / SessionStopRes,
}

impl fmt::Display for RequestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ResponseCode {
    /// Whether the session ends with this code. [V2G2-539]
    pub const fn is_failed(self) -> bool {
        !matches!(
            self,
            Self::Ok
                | Self::OkNewSessionEstablished
                | Self::OkOldSessionJoined
                | Self::OkCertificateExpiresSoon
        )
    }
}
