use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pki::chain::{Anchor, Anchors, Cache, ChainError, Demand, RootKind};
use pki::issue::{AuthorityError, CertificateAuthority, Hierarchy, Options};
use pki::profile::{CertificateKind, Edition};
use pki::{Certificate, Chain, Level, PrivateKey, Signer, Verified};
use ring::rand::SystemRandom;

use super::credentials::Credentials;
use super::limits::Buckets;
use super::lists::Lists;
use super::metrics::Metrics;
use super::route::{Base, Route};
use super::routes;
use crate::operator::{Provisioner, Refusal, Settings, Signatory, SignatoryError};
use crate::store::{self, Actor, Change, Store, StoreError, Submission};

/// The service: what every node of it holds. Whatever changes is in the store.
pub struct Service {
    pub(crate) store: Store,
    pub(crate) desk: Desk,
    pub(crate) limits: Limits,
    pub(crate) rng: SystemRandom,
    pub(crate) clock: Clock,
    pub(super) credentials: Credentials,
    pub(super) client_buckets: Buckets<String>,
    pub(super) address_buckets: Buckets<IpAddr>,
    pub(super) metrics: Metrics,
    pub(super) lists: Lists,
    routes: Vec<Route>,
    paths: Paths,
    anchors: RwLock<Arc<Anchors>>,
    chains: Mutex<Cache>,
    description: String,
}

/// Seconds since 1970.
pub type Clock = fn() -> i64;

/// Keys and certificates that a node works with.
pub struct Desk {
    /// Make and deliver contract certificates, the usual one of each edition first; none leaves those routes without service.
    pub provisioners: Vec<Provisioner>,
    /// Authorities that enrol, answer for what they issued, and publish revocation lists.
    pub authorities: Vec<Authority>,
    /// Roots that are trusted whatever stands in the root pool.
    pub anchors: Anchors,
    /// How the service issues and delivers.
    pub terms: Terms,
}

/// An authority of the service.
#[derive(Clone)]
pub struct Authority {
    /// Its name in paths and in the store, `mo_sub2` for instance.
    pub name: String,
    /// What issues.
    pub issuer: CertificateAuthority,
    /// Authorities above it, its issuer first, without the root.
    pub above: Vec<Certificate>,
    /// Its root, if it is known.
    pub root: Option<Certificate>,
    /// A certificate with its key that answers OCSP requests in its place.
    pub responder: Option<(Certificate, Arc<dyn Signer>)>,
}

/// How the service issues and delivers.
#[derive(Clone, Debug)]
pub struct Terms {
    /// A delivered certificate is delivered again, instead of a new one, while it is valid for longer than this, seconds.
    pub renew_before: i64,
    /// How long OCSP responses and revocation lists are good for, seconds.
    pub revocation_lifetime: i64,
    /// How closely certificates of others must follow the standard.
    pub level: Level,
    /// Hosts to which webhooks may be sent.
    pub webhook_hosts: Vec<String>,
}

/// Bases of the interfaces' paths, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Of the pools of OPCP.
    pub opcp: String,
    /// Of the pools of OPNC.
    pub opnc: String,
    /// Of enrolment over secure transport.
    pub est: String,
}

/// What bounds the work of a node.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Requests a second of one client, and how many at once; zero for any.
    pub client_rate: (f64, f64),
    /// Requests a second of one address without valid credentials, and how many at once; zero for any.
    pub address_rate: (f64, f64),
    /// Within which every request is answered. Cars wait 4.5 s for a station that asks for them.
    pub request_timeout: Duration,
    /// Within which a body is there.
    pub body_timeout: Duration,
    /// Within which a TLS handshake is done and a request's head is there; also how long a connection may idle.
    pub header_timeout: Duration,
    /// How long requests under way may take when the service stops.
    pub shutdown: Duration,
}

impl Desk {
    /// The desk of a [`Hierarchy`] in memory, for trials: every last authority, and the provisioning service.
    pub fn trial(hierarchy: &Hierarchy, terms: Terms) -> Result<Self, DeskError> {
        let Options { edition, ocsp, .. } = hierarchy.options();
        let edition = *edition;
        let roots = [
            (CertificateKind::MoSub2, CertificateKind::MoSub1, CertificateKind::MoRoot),
            (CertificateKind::OemSub2, CertificateKind::OemSub1, CertificateKind::OemRoot),
            (CertificateKind::CpoSub2, CertificateKind::CpoSub1, CertificateKind::V2gRoot),
            (CertificateKind::CpsSub2, CertificateKind::CpsSub1, CertificateKind::V2gRoot),
        ];
        let mut authorities = Vec::new();
        for (kind, above, root) in roots {
            let signer: Arc<dyn Signer> = Arc::<PrivateKey>::clone(hierarchy.key(kind));
            let issuer = CertificateAuthority::new(
                hierarchy.certificate(kind).clone(),
                edition,
                kind,
                signer,
            )?;
            let issuing = pki::issue::Terms { ocsp: ocsp.clone(), ..issuer.terms().clone() };
            let issuer = issuer.with_terms(issuing)?;
            let name = Authority::name_of(kind.name(), edition);
            let above = vec![hierarchy.certificate(above).clone()];
            let root = Some(hierarchy.certificate(root).clone());
            authorities.push(Authority { name, issuer, above, root, responder: None });
        }
        let cps = hierarchy.cps();
        let service = Signatory::new(cps.leaf, cps.subs, cps.key)?;
        let anchors = hierarchy.anchors().clone();
        let desk = Self { provisioners: Vec::new(), authorities, anchors, terms };
        desk.with_service(edition, service, None)
    }

    /// With all that another desk has, of another edition for instance. The terms stay.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.provisioners.extend(other.provisioners);
        self.authorities.extend(other.authorities);
        for anchor in other.anchors.iter() {
            // It was one there already.
            let _ = self.anchors.add(anchor.kind(), anchor.certificate().der());
        }
        self
    }

    /// Adds a provisioning service; contracts are issued by the authority of the edition that issues contract certificates.
    pub fn with_service(
        mut self,
        edition: Edition,
        service: Signatory,
        organization: Option<String>,
    ) -> Result<Self, DeskError> {
        let level = self.terms.level;
        let contracts = self.issuer_of(CertificateKind::ContractLeaf, edition);
        let contracts = contracts.ok_or(DeskError::NoContracts)?;
        let settings = Settings { organization, level };
        let (issuer, above) = (contracts.issuer.clone(), &contracts.above);
        let root = self.root_above(&service).cloned();
        let provisioner = Provisioner::new(issuer, above, service, settings)?;
        self.provisioners.push(match root {
            Some(root) => provisioner.with_root(&root),
            None => provisioner,
        });
        Ok(self)
    }

    /// The authority that issues a kind of certificate of an edition.
    pub(super) fn issuer_of(&self, kind: CertificateKind, edition: Edition) -> Option<&Authority> {
        self.authorities
            .iter()
            .find(|own| own.issuer.edition() == edition && own.issuer.terms().kinds.contains(&kind))
    }

    fn root_above(&self, service: &Signatory) -> Option<&Certificate> {
        let last = service.subs().last().unwrap_or(service.certificate());
        self.anchors.iter().map(Anchor::certificate).find(|root| {
            root.subject() == last.issuer()
                && root.public_key().is_ok_and(|key| last.verify_signed_by(key).is_ok())
        })
    }
}

impl Authority {
    /// The name of an authority that its directory calls so: in ISO 15118-20 with the edition behind it, for instance `mo_sub2`
    /// and `mo_sub2_20`.
    pub fn name_of(name: &str, edition: Edition) -> String {
        match edition {
            Edition::Iso2 => name.to_owned(),
            Edition::Iso20 => format!("{name}_20"),
        }
    }
}

/// Why keys and certificates make no desk.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DeskError {
    /// A certificate and a key that are no authority.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The provisioning service's certificate, chain and key.
    #[error("provisioning service: {0}")]
    Service(#[from] SignatoryError),
    /// There is no authority for contract certificates.
    #[error("no authority that issues contract certificates")]
    NoContracts,
    /// The chains do not fit into messages.
    #[error(transparent)]
    Provisioner(#[from] Refusal),
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            client_rate: (500.0, 1000.0),
            address_rate: (20.0, 100.0),
            request_timeout: Duration::from_secs(4),
            body_timeout: Duration::from_secs(3),
            header_timeout: Duration::from_secs(30),
            shutdown: Duration::from_secs(10),
        }
    }
}

impl Default for Paths {
    fn default() -> Self {
        let (opcp, opnc) = (String::new(), "/opnc".to_owned());
        Self { opcp, opnc, est: "/.well-known/est".to_owned() }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            renew_before: 30 * DAY,
            revocation_lifetime: 7 * DAY,
            level: Level::Field,
            webhook_hosts: Vec::new(),
        }
    }
}

impl Service {
    /// A node on a store.
    pub fn new(store: Store, desk: Desk, limits: Limits, paths: Paths) -> Self {
        let routes = routes::table();
        let description = super::openapi::describe(&routes, &paths).to_string();
        Self {
            credentials: Credentials::new(store.clone()),
            store,
            client_buckets: Buckets::new(limits.client_rate.0, limits.client_rate.1, 10_000),
            address_buckets: Buckets::new(limits.address_rate.0, limits.address_rate.1, 10_000),
            limits,
            rng: SystemRandom::new(),
            clock: now,
            metrics: Metrics::new(),
            lists: Lists::default(),
            routes,
            paths,
            anchors: RwLock::new(Arc::new(desk.anchors.clone())),
            chains: Mutex::new(Cache::new(CHAINS, CHAINS_LAST)),
            desk,
            description,
        }
    }

    /// Every operation.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The whole path of a route.
    pub fn path(&self, route: &Route) -> String {
        self.paths.of(route)
    }

    /// The description of the interface: OpenAPI 3.1 in JSON.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The roots that are trusted now.
    pub(crate) fn anchors(&self) -> Arc<Anchors> {
        Arc::clone(&self.anchors.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Verifies a chain against the roots that are trusted now; what was verified a moment ago need not be again.
    pub(crate) fn verify(
        &self,
        demand: Demand,
        leaf: &[u8],
        subs: &[impl AsRef<[u8]>],
        now: i64,
    ) -> Result<Arc<Verified<Chain>>, ChainError> {
        let anchors = self.anchors();
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        chains.verify(demand, leaf, subs, &anchors, now)
    }

    /// Puts the authorities on record and reads the root pool: what a node does before it serves.
    pub async fn prepare(&self) -> Result<(), StoreError> {
        let known = self.store.authorities().await?;
        // Nobody asked for it: the node itself says which authorities it has.
        let actor = Actor { client: "node".to_owned(), request: "start".to_owned() };
        let mut submission = Submission::new((self.clock)(), actor);
        let mut changed = false;
        for Authority { name, issuer, above, .. } in &self.desk.authorities {
            let own = issuer.certificate();
            let record = store::Authority {
                name: name.clone(),
                kind: issuer.kind().name().to_owned(),
                subject: own.subject().to_string(),
                certificate: own.der().to_vec(),
                chain: above.iter().map(|sub| sub.der().to_vec()).collect(),
                not_before: own.not_before(),
                not_after: own.not_after(),
                retired: None,
            };
            if !known.contains(&record) {
                changed = true;
                submission = submission.with(Change::PutAuthority(record));
            }
        }
        if changed {
            self.store.commit(submission).await?;
        }
        self.reload_roots().await
    }

    /// Takes over what other nodes changed in the root pool.
    pub async fn reload_roots(&self) -> Result<(), StoreError> {
        let mut anchors = self.desk.anchors.clone();
        for root in self.store.roots().await? {
            let kind = match root.kind {
                store::RootKind::V2g => RootKind::V2g,
                store::RootKind::Mo => RootKind::Mo,
                store::RootKind::Oem => RootKind::Oem,
                store::RootKind::PrivateEnvironment => RootKind::PrivateOperator,
            };
            if let Err(error) = anchors.add(kind, &root.der) {
                log::warn!("root {} of the pool cannot be used: {error}", root.id);
            }
        }
        *self.anchors.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(anchors);
        Ok(())
    }

    /// The authority of a name.
    pub(crate) fn authority(&self, name: &str) -> Option<&Authority> {
        self.desk.authorities.iter().find(|authority| authority.name == name)
    }
}

impl Paths {
    /// The whole path of a route.
    pub fn of(&self, route: &Route) -> String {
        let base = match route.base {
            Base::Own => "",
            Base::Opcp => &self.opcp,
            Base::Opnc => &self.opnc,
            Base::Est => &self.est,
        };
        format!("{base}{}", route.path)
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Chains that are remembered, and for how long, seconds.
const CHAINS: usize = 4096;
const CHAINS_LAST: u32 = 3600;

/// Seconds.
pub(crate) const DAY: i64 = 86_400;
