//! Questions to the store.

use core::cmp::Reverse;

use pki::Evcoid;
use pki::id::Likeness;

use super::Store;
use super::database::{Connection, Row, Value};
use super::error::StoreError;
use super::model::{
    Authority, Certificate, CertificateId, Client, Contract, ContractData, Crl, Endpoint, Entity,
    Provisioning, Reply, Root,
};
use super::rows::select;

/// All that is needed to decide what to deliver to a car.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionView {
    /// The car's provisioning certificate.
    pub provisioning: Option<Provisioning>,
    /// Its contracts with their data, the default first.
    pub contracts: Vec<(Contract, Option<ContractData>)>,
    /// The reply to the same request, if it was made before.
    pub reply: Option<Reply>,
}

impl Store {
    /// What there is for a car, and whether a request was answered before.
    pub async fn provision_view(
        &self,
        pcid: &str,
        reply_key: &str,
    ) -> Result<ProvisionView, StoreError> {
        // One question, so that what is told was true at one moment.
        let sql = format!(
            "SELECT {},{},{},{} FROM (SELECT 1 AS one) AS asked \
             LEFT JOIN reply r ON r.id = $2 LEFT JOIN provisioning p ON p.pcid = $1 \
             LEFT JOIN contract c ON c.pcid = $1 \
             LEFT JOIN contract_data d ON d.id = c.stem || '/' || $1",
            columns_of::<Reply>("r"),
            columns_of::<Provisioning>("p"),
            columns_of::<Contract>("c"),
            columns_of::<ContractData>("d"),
        );
        let read = |row: &mut Row| {
            Ok((joined(row)?, joined(row)?, joined::<Contract>(row)?, joined(row)?))
        };
        let mut connection = self.database.reader().await?;
        let rows = connection.rows(&sql, [pcid.into(), reply_key.into()], read).await?;
        let mut view = ProvisionView { provisioning: None, contracts: Vec::new(), reply: None };
        for (reply, provisioning, contract, data) in rows {
            (view.reply, view.provisioning) = (reply, provisioning);
            view.contracts.extend(contract.map(|contract| (contract, data)));
        }
        view.contracts.sort_by_key(|(contract, _)| Reverse(contract.preferred));
        Ok(view)
    }

    /// A contract in any spelling, with or without check digit, in the DIN or the ISO form.
    pub async fn contract(&self, evcoid: &Evcoid) -> Result<Option<Contract>, StoreError> {
        let mut connection = self.database.reader().await?;
        let forms = evcoid.other_forms().map(|form| form.stem().to_owned());
        for stem in core::iter::once(evcoid.stem().to_owned()).chain(forms) {
            let found: Option<Contract> = by_key(&mut connection, &stem).await?;
            let same = found.filter(|contract| {
                !matches!(
                    contract.evcoid.compare(evcoid),
                    Likeness::CheckDigitsDiffer | Likeness::Different
                )
            });
            if same.is_some() {
                return Ok(same);
            }
        }
        Ok(None)
    }

    /// The contracts of a car, the default first.
    pub async fn contracts_of(&self, pcid: &str) -> Result<Vec<Contract>, StoreError> {
        contracts_of(&mut self.database.reader().await?, pcid).await
    }

    /// Contracts in the order of their identifiers without check digit, behind one of these.
    pub async fn contracts(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Contract>, StoreError> {
        self.page(after, limit).await
    }

    /// The data of a contract for a car.
    pub async fn contract_data(
        &self,
        evcoid: &Evcoid,
        pcid: &str,
    ) -> Result<Option<ContractData>, StoreError> {
        self.one(&ContractData::key_of(evcoid, pcid)).await
    }

    /// A provisioning certificate by its identifier.
    pub async fn provisioning(&self, pcid: &str) -> Result<Option<Provisioning>, StoreError> {
        self.one(pcid).await
    }

    /// Provisioning certificates in the order of their identifiers, behind one of these.
    pub async fn provisionings(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Provisioning>, StoreError> {
        self.page(after, limit).await
    }

    /// A certificate by issuer and serial number.
    pub async fn certificate(&self, id: &CertificateId) -> Result<Option<Certificate>, StoreError> {
        self.one(&id.to_string()).await
    }

    /// Certificates in the order of authority and serial number, behind one of these.
    pub async fn certificates(
        &self,
        after: Option<&CertificateId>,
        limit: u32,
    ) -> Result<Vec<Certificate>, StoreError> {
        self.page(after.map(CertificateId::to_string).as_deref(), limit).await
    }

    /// The revoked certificates of an authority whose time is not over, for its list.
    pub async fn revoked(&self, authority: &str, now: i64) -> Result<Vec<Certificate>, StoreError> {
        let rest = " WHERE authority = $1 AND state = 'revoked' AND not_after >= $2 ORDER BY id";
        self.many(rest, [authority.into(), now.into()]).await
    }

    /// An authority by its name.
    pub async fn authority(&self, name: &str) -> Result<Option<Authority>, StoreError> {
        self.one(name).await
    }

    /// Every authority.
    pub async fn authorities(&self) -> Result<Vec<Authority>, StoreError> {
        self.many(" ORDER BY name", []).await
    }

    /// The newest revocation list of an authority.
    pub async fn crl(&self, authority: &str) -> Result<Option<Crl>, StoreError> {
        self.one(authority).await
    }

    /// A root by its identifier.
    pub async fn root(&self, id: &str) -> Result<Option<Root>, StoreError> {
        self.one(id).await
    }

    /// Every root.
    pub async fn roots(&self) -> Result<Vec<Root>, StoreError> {
        self.many(" ORDER BY id", []).await
    }

    /// The address of a webhook by its name.
    pub async fn endpoint(&self, id: &str) -> Result<Option<Endpoint>, StoreError> {
        self.one(id).await
    }

    /// Every address of a webhook.
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        self.many(" ORDER BY id", []).await
    }

    /// A client by its name.
    pub async fn client(&self, id: &str) -> Result<Option<Client>, StoreError> {
        self.one(id).await
    }

    /// A client by SHA-256 of its token or certificate.
    pub async fn client_by_hash(&self, hash: &[u8; 32]) -> Result<Option<Client>, StoreError> {
        let found = self.many(" WHERE hash = $1", [hash.as_slice().into()]).await?;
        Ok(found.into_iter().next())
    }

    /// Every client.
    pub async fn clients(&self) -> Result<Vec<Client>, StoreError> {
        self.many(" ORDER BY id", []).await
    }

    /// The reply kept under a key.
    pub async fn reply(&self, key: &str) -> Result<Option<Reply>, StoreError> {
        self.one(key).await
    }

    async fn one<T: Entity>(&self, key: &str) -> Result<Option<T>, StoreError> {
        by_key(&mut self.database.reader().await?, key).await
    }

    pub(super) async fn page<T: Entity>(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<T>, StoreError> {
        let key = T::COLUMNS.first().unwrap_or(&"");
        let rest = format!(" WHERE {key} > $1 ORDER BY {key} LIMIT $2");
        self.many(&rest, [after.unwrap_or_default().into(), i64::from(limit).into()]).await
    }

    pub(super) async fn many<T: Entity>(
        &self,
        rest: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<T>, StoreError> {
        self.database.reader().await?.rows(&select::<T>(rest), values, T::read).await
    }
}

/// The columns of an entity in a `SELECT` of several.
fn columns_of<T: Entity>(table: &str) -> String {
    let columns: Vec<String> = T::COLUMNS.iter().map(|name| format!("{table}.{name}")).collect();
    columns.join(",")
}

/// The next entity of a row, if there is one: its key says so.
fn joined<T: Entity>(row: &mut Row) -> Result<Option<T>, StoreError> {
    if row.is_null()? {
        row.skip(T::COLUMNS.len());
        return Ok(None);
    }
    T::read(row).map(Some)
}

async fn by_key<T: Entity>(
    connection: &mut Connection,
    key: &str,
) -> Result<Option<T>, StoreError> {
    let column = T::COLUMNS.first().unwrap_or(&"");
    let sql = select::<T>(&format!(" WHERE {column} = $1"));
    connection.row(&sql, [key.into()], T::read).await
}

async fn contracts_of(
    connection: &mut Connection,
    pcid: &str,
) -> Result<Vec<Contract>, StoreError> {
    let sql = select::<Contract>(" WHERE pcid = $1 ORDER BY preferred DESC");
    connection.rows(&sql, [pcid.into()], Contract::read).await
}
