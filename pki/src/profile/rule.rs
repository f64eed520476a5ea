use core::fmt;

/// What the rules of the profiles are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Octets of the whole certificate.
    Size,
    /// X.509 version.
    Version,
    /// Serial number.
    Serial,
    /// Public key.
    Key,
    /// Signature algorithm.
    SignatureAlgorithm,
    /// Length of the validity.
    Validity,
    /// Basic constraints: authority or not.
    Authority,
    /// Basic constraints are critical.
    AuthorityCritical,
    /// Basic constraints: path length.
    PathLength,
    /// Key usage.
    KeyUsage,
    /// The key usage is critical.
    KeyUsageCritical,
    /// The key is able to do what its usage says.
    KeyUsageOfKey,
    /// Extended key usage.
    ExtendedKeyUsage,
    /// The extended key usage is critical.
    ExtendedKeyUsageCritical,
    /// Critical extensions are such as are processed.
    Critical,
    /// Extensions that may not be there.
    Forbidden,
    /// Alternative names of the subject.
    AlternativeName,
    /// Key identifiers are there, and not critical.
    KeyId,
    /// The subject's key identifier is made of its key.
    KeyIdValue,
    /// The authority's key identifier is one, and nothing else.
    AuthorityKeyId,
    /// Certificate policies.
    Policies,
    /// Where to ask about revocation is said, or not.
    RevocationPointers,
    /// Criticality of what says where to ask about revocation.
    RevocationCritical,
    /// Domain component of the subject.
    DomainComponent,
    /// Common name of the subject.
    CommonName,
    /// Country of the subject.
    Country,
    /// Organization of the subject.
    Organization,
    /// Organizational unit of the subject.
    OrganizationalUnit,
    /// Other attributes of the subject.
    OtherAttribute,
    /// String types and lengths of the subject's attributes.
    SubjectEncoding,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 30] = [
        Self::Size,
        Self::Version,
        Self::Serial,
        Self::Key,
        Self::SignatureAlgorithm,
        Self::Validity,
        Self::Authority,
        Self::AuthorityCritical,
        Self::PathLength,
        Self::KeyUsage,
        Self::KeyUsageCritical,
        Self::KeyUsageOfKey,
        Self::ExtendedKeyUsage,
        Self::ExtendedKeyUsageCritical,
        Self::Critical,
        Self::Forbidden,
        Self::AlternativeName,
        Self::KeyId,
        Self::KeyIdValue,
        Self::AuthorityKeyId,
        Self::Policies,
        Self::RevocationPointers,
        Self::RevocationCritical,
        Self::DomainComponent,
        Self::CommonName,
        Self::Country,
        Self::Organization,
        Self::OrganizationalUnit,
        Self::OtherAttribute,
        Self::SubjectEncoding,
    ];

    /// Its name, which stays: for logs, filters and scripts.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Version => "version",
            Self::Serial => "serial",
            Self::Key => "key",
            Self::SignatureAlgorithm => "signature-algorithm",
            Self::Validity => "validity",
            Self::Authority => "basic-constraints",
            Self::AuthorityCritical => "basic-constraints-critical",
            Self::PathLength => "path-length",
            Self::KeyUsage => "key-usage",
            Self::KeyUsageCritical => "key-usage-critical",
            Self::KeyUsageOfKey => "key-usage-of-key",
            Self::ExtendedKeyUsage => "extended-key-usage",
            Self::ExtendedKeyUsageCritical => "extended-key-usage-critical",
            Self::Critical => "critical-extension",
            Self::Forbidden => "forbidden-extension",
            Self::AlternativeName => "alternative-name",
            Self::KeyId => "key-identifiers",
            Self::KeyIdValue => "key-identifier-value",
            Self::AuthorityKeyId => "authority-key-identifier",
            Self::Policies => "policies",
            Self::RevocationPointers => "revocation-pointers",
            Self::RevocationCritical => "revocation-pointers-critical",
            Self::DomainComponent => "domain-component",
            Self::CommonName => "common-name",
            Self::Country => "country",
            Self::Organization => "organization",
            Self::OrganizationalUnit => "organizational-unit",
            Self::OtherAttribute => "other-attribute",
            Self::SubjectEncoding => "subject-encoding",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
