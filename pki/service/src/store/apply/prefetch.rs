use crate::store::change::{Change, Submission};
use crate::store::model::{Contract, ContractData, Provisioning};
use crate::store::rows::Rows;

/// Has the rows read that a submission will surely need.
pub(in crate::store) fn prefetch(submission: &Submission, rows: &mut Rows) {
    if let Some(reply) = &submission.reply {
        rows.replies.want(&reply.key);
    }
    for change in &submission.changes {
        match change {
            Change::PutAuthority(authority) => rows.authorities.want(&authority.name),
            Change::RetireAuthority { name } => rows.authorities.want(name),
            Change::IssueCertificate(certificate) => {
                rows.authorities.want(&certificate.id.authority);
                rows.certificates.want(certificate.id.to_string());
            }
            Change::DeliverCertificate(id)
            | Change::RevokeCertificate { id, .. }
            | Change::ReleaseCertificate(id)
            | Change::ExpireCertificate(id) => rows.certificates.want(id.to_string()),
            Change::PutProvisioning(Provisioning { pcid, .. })
            | Change::RevokeProvisioning { pcid, .. }
            | Change::RemoveProvisioning { pcid } => rows.provisionings.want(pcid),
            Change::CreateContract(contract) => want_all_forms(contract, rows),
            Change::ImportContracts(contracts) => {
                contracts.iter().for_each(|contract| want_all_forms(contract, rows));
            }
            Change::BindContract { evcoid, .. }
            | Change::SuspendContract { evcoid, .. }
            | Change::ResumeContract { evcoid }
            | Change::RevokeContract { evcoid, .. }
            | Change::RemoveContract { evcoid }
            | Change::PreferContract { evcoid }
            | Change::ExpireContract { evcoid } => rows.contracts.want(evcoid.stem()),
            Change::RenewContract { evcoid, certificate, .. } => {
                rows.contracts.want(evcoid.stem());
                rows.certificates.want(certificate.to_string());
            }
            Change::PutContractData(data) => {
                rows.contracts.want(data.evcoid.stem());
                rows.contract_data.want(ContractData::key_of(&data.evcoid, &data.pcid));
            }
            Change::RemoveContractData { evcoid, pcid } => {
                rows.contract_data.want(ContractData::key_of(evcoid, pcid));
            }
            Change::PutRoot(root) => rows.roots.want(&root.id),
            Change::RemoveRoot { id } => rows.roots.want(id),
            Change::PutEndpoint(endpoint) => rows.endpoints.want(&endpoint.id),
            Change::RemoveEndpoint { id } => rows.endpoints.want(id),
            Change::AddClient(client) => rows.clients.want(&client.id),
            Change::RevokeClient { id } => rows.clients.want(id),
            Change::PublishCrl(crl) => {
                rows.authorities.want(&crl.authority);
                rows.crls.want(&crl.authority);
            }
            Change::Seal(_) => {}
        }
    }
}

fn want_all_forms(contract: &Contract, rows: &mut Rows) {
    rows.contracts.want(contract.evcoid.stem());
    contract.evcoid.other_forms().for_each(|form| rows.contracts.want(form.stem()));
}
