//! The documents of the interface.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Octets, in base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base64(pub Vec<u8>);

impl From<&[u8]> for Base64 {
    fn from(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        STANDARD.decode(text).map(Self).map_err(D::Error::custom)
    }
}

impl JsonSchema for Base64 {
    fn schema_name() -> Cow<'static, str> {
        "Base64".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "contentEncoding": "base64"})
    }
}

/// A moment to the second, as RFC 3339 writes it. Seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub i64);

impl Moment {
    /// Fractions of seconds are cut off.
    fn parse(text: &str) -> Option<Self> {
        let seconds = text.get(..19)?;
        let fraction = |octet: &u8| *octet == b'.' || octet.is_ascii_digit();
        let zone = text.get(19..)?;
        let zone = zone.get(zone.bytes().take_while(fraction).count()..)?;
        let unix = pki::time::parse(&format!("{seconds}Z"))?;
        if zone.eq_ignore_ascii_case("z") {
            return Some(Self(unix));
        }
        let (hours, minutes) = zone.get(1..)?.split_once(':')?;
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        if !(0..24).contains(&hours) || !(0..60).contains(&minutes) {
            return None;
        }
        let offset = hours * 3600 + minutes * 60;
        match zone.get(..1)? {
            "+" => Some(Self(unix - offset)),
            "-" => Some(Self(unix + offset)),
            _ => None,
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&pki::time::text(self.0))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let bad =
            || D::Error::custom(format!("{text:?} is no moment such as 2027-01-15T08:00:00Z"));
        Self::parse(&text).ok_or_else(bad)
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }
}

/// A car's provisioning certificate, on its way into the pool.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VehicleUpload {
    /// The provisioning certificate; its common name is the PCID.
    pub vehicle_certificate: Base64,
    /// Authority below the root.
    #[serde(rename = "subCA1Certificate")]
    pub sub_ca1_certificate: Option<Base64>,
    /// Authority that issued the certificate, if there are two.
    #[serde(rename = "subCA2Certificate")]
    pub sub_ca2_certificate: Option<Base64>,
    /// Message set that the car speaks.
    pub xsd_msg_def_namespace: Option<String>,
    /// Key identifiers of the V2G roots that the car holds, in hexadecimal.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub v2g_root_authority_key_identifiers: Vec<String>,
    /// Identifier of the certificate that this one replaces.
    pub previous_pcid: Option<String>,
}

/// A car's provisioning certificate in the pool.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Vehicle {
    /// Identifier.
    pub pcid: String,
    /// The provisioning certificate.
    pub vehicle_certificate: Base64,
    /// Message set that the car speaks.
    pub xsd_msg_def_namespace: String,
    /// Authorities above it, its issuer first.
    pub sub_ca_certificates: Vec<Base64>,
    /// Key identifiers of the V2G roots that the car holds, in hexadecimal.
    pub v2g_root_authority_key_identifiers: Vec<String>,
    /// Last second of its validity.
    pub not_after: Moment,
    /// `active` or `revoked`.
    pub state: String,
}

/// Whether a car is in the pool.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VehicleFound {
    /// Identifier.
    pub pcid: String,
    /// `active` or `revoked`.
    pub state: String,
}

/// A contract that is to be.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContractOrder {
    /// Contract identifier, with or without separators and check digit.
    pub emaid: String,
    /// The car that it is for; may be bound later.
    pub pcid: Option<String>,
    /// When it ends; open without.
    pub contract_ends: Option<Moment>,
    /// Whether it is the default of its car.
    #[serde(default)]
    pub default: bool,
}

/// What is to change about a contract.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContractChange {
    /// The car that it is for.
    pub pcid: Option<String>,
    /// Suspends it or ends the suspension.
    pub suspended: Option<bool>,
    /// Why.
    pub reason: Option<String>,
}

/// A contract.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// Contract identifier without separators.
    pub emaid: String,
    /// The car that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pcid: Option<String>,
    /// `active`, `suspended`, `revoked` or `expired`.
    pub state: String,
    /// Why it is in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_ends: Option<Moment>,
    /// Its newest certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateName>,
}

/// Contracts in the order of their identifiers.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contracts {
    /// The contracts.
    pub contracts: Vec<Contract>,
    /// Where the next page begins: parameter `after`. None at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A certificate that was issued here.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CertificateName {
    /// Name of the authority.
    pub authority: String,
    /// Serial number, in hexadecimal.
    pub serial: String,
}

/// A car's signed request in a document.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CarRequestDocument {
    /// The whole message in EXI as the car sent it.
    pub certificate_installation_req: Base64,
    /// Its message set.
    pub xsd_msg_def_namespace: Option<String>,
}

/// Answers to a car.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CarAnswers {
    /// One for each contract.
    pub emaid_content: Vec<CarAnswer>,
    /// How many more the car gets by asking again; ISO 15118-20 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_contracts: Option<u8>,
}

/// An answer to a car.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CarAnswer {
    /// The message.
    pub message_def: MessageDef,
}

/// A signed message to a car.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageDef {
    /// The whole message in EXI.
    pub certificate_installation_res: Base64,
    /// The contract that it delivers.
    pub emaid: String,
}

/// An order to make a contract's certificate for a car and sign it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerateOrder {
    /// First moment; not in the future.
    pub contract_begins: Option<Moment>,
    /// When the contract ends.
    pub contract_ends: Option<Moment>,
    /// Contract identifier, with or without separators and check digit.
    pub emaid: String,
    /// The car.
    pub pcid: String,
    /// Message set.
    pub xsd_msg_def_namespace: Option<String>,
}

/// Contract data to be signed, or signed.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContractDataDocument {
    /// The contract's certificates.
    pub contract_signature_cert_chain: CertificateChainDocument,
    /// The contract's private key as only the car can read it: initialization vector and number, 48 octets.
    pub contract_signature_encrypted_private_key: Base64,
    /// Public key by which it was wrapped: an uncompressed point.
    #[serde(rename = "dHpublickey")]
    pub dh_public_key: Base64,
    /// Contract identifier.
    pub emaid: String,
}

/// A contract's certificates.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CertificateChainDocument {
    /// The contract's certificate, at most 800 octets.
    pub contract_signature_cert_chain_certificate: Base64,
    /// Those above it, its issuer first.
    #[schemars(length(min = 1, max = 4))]
    pub contract_signature_cert_chain_sub_certificates: Vec<Base64>,
}

/// Contract data to be signed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignOrder {
    /// The data.
    pub contract_data: ContractDataDocument,
    /// Message set.
    pub xsd_msg_def_namespace: Option<String>,
}

/// Signed contract data.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedContractData {
    /// The contract.
    pub emaid: String,
    /// The car, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pcid: Option<String>,
    /// A whole CertificateInstallationRes in EXI with the signature in its header. No signature covers the session in it.
    pub signed_contract_data: Base64,
}

/// Signed contract data of a car.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedContractDataList {
    /// One for each contract, the default first.
    pub signed_contract_data: Vec<SignedContractData>,
}

/// Who signs deliveries.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignerDocument {
    /// The provisioning service's certificate.
    pub certificate: Base64,
    /// Those above it, its issuer first.
    pub sub_certificates: Vec<Base64>,
}

/// A root.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RootUpload {
    /// The certificate.
    pub certificate: Base64,
    /// Whose root it is.
    pub root_type: RootType,
}

/// Whose root it is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub enum RootType {
    /// Mobility operator.
    Mo,
    /// V2G.
    V2g,
    /// Car maker.
    Oem,
    /// Private environment of a station operator.
    Pe,
}

/// A root of the pool.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Root {
    /// SHA-256 of the certificate in hexadecimal.
    pub id: String,
    /// Subject, for people.
    pub subject: String,
    /// The certificate.
    pub certificate: Base64,
    /// Whose root it is.
    pub root_type: RootType,
    /// Last second of its validity.
    pub not_after: Moment,
}

/// The roots of the pool.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Roots {
    /// The roots.
    pub root_certificates: Vec<Root>,
}

/// Where somebody wants to be told of events.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndpointOrder {
    /// Where messages are posted: `https`, to a host that the service allows.
    #[schemars(length(max = 1024))]
    pub url: String,
    /// Kinds of events; a `*` at the end stands for any rest.
    #[schemars(length(min = 1, max = 32))]
    pub events: Vec<String>,
}

/// Where somebody is told of events.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// Its name.
    pub id: String,
    /// Where messages are posted.
    pub url: String,
    /// Kinds of events.
    pub events: Vec<String>,
    /// Key of the HMAC over each message; told once, when the endpoint is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// Everywhere somebody is told of events.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// An order to revoke a certificate: the certificate itself, or its name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevocationOrder {
    /// The certificate.
    pub certificate: Option<Base64>,
    /// Name of the authority.
    pub authority: Option<String>,
    /// Serial number, in hexadecimal.
    pub serial: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: RevocationReason,
}

/// Why a certificate is revoked (RFC 5280 5.3.1).
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum RevocationReason {
    /// No reason is told.
    #[default]
    Unspecified,
    /// Its key is not secret any more.
    KeyCompromise,
    /// What it says does not hold any more.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// For now; it may come back.
    CertificateHold,
    /// What it allowed was taken back.
    PrivilegeWithdrawn,
}

/// Whether the service can work.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// `ok`.
    pub status: String,
    /// Version of the service.
    pub version: String,
}
