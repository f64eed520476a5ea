//! Every route: method, path, who may, what goes in and comes out, what can be wrong.

use axum::http::Method;

use super::*;
use crate::operator::CarRequest;

/// The whole interface.
pub(in crate::api) fn table() -> Vec<Route> {
    let groups = [system(), deliveries(), contracts(), vehicles(), signing(), roots()];
    groups.into_iter().flatten().chain(webhooks()).chain(revocation()).chain(enrolment()).collect()
}

/// A handler as the table holds it.
macro_rules! run {
    ($($handler:ident)::+) => { |call| Box::pin($($handler)::+(call)) };
}

fn system() -> Vec<Route> {
    let get = |operation, path, summary, run| own(operation, Method::GET, path, summary, run);
    vec![
        get("health", "/health", "Whether the process answers.", run!(system::health))
            .answers([ok_json::<Health>()]),
        get("ready", "/ready", "Whether the database answers too.", run!(system::ready))
            .answers([ok_json::<Health>()]),
        get("metrics", "/metrics", "Counts and durations of requests.", run!(system::metrics))
            .access(&[Role::Auditor])
            .answers([ok(TEXT, Form::Text)]),
        get("describe", "/openapi.json", "This description.", run!(system::description))
            .answers([ok(JSON, Form::Json(schema_of::<serde_json::Value>))]),
    ]
}

fn deliveries() -> Vec<Route> {
    let summary = "Answers a car's request for a contract certificate with the signed response. \
                   By ISO 15118-20 a car asks again for each contract; the header \
                   Remaining-Contracts says how many wait.";
    let own = own("provision", Method::POST, "/v1/provision", summary, run!(provision::provision))
        .access(STATIONS)
        .body(Content { media: &[EXI, OCTETS], limit: CarRequest::MAX_LEN, form: Form::Binary })
        .answers([ok(EXI, Form::Binary)])
        .problems(DELIVERY)
        .problems(EDITION);
    let paths = ["/v1/ccp/signedContractData", "/v1/ccp/signedcontractdata"];
    let pools =
        pools("provisionByDocument", Method::POST, paths, summary, run!(provision::by_document));
    let pools = pools.map(|route| {
        let route = route.access(STATIONS).body(document::<CarRequestDocument>());
        route.answers([ok_json::<CarAnswers>()]).problems(DELIVERY).problems(EDITION)
    });
    [own].into_iter().chain(pools).collect()
}

fn contracts() -> Vec<Route> {
    let mut all = vec![
        own(
            "createContract",
            Method::POST,
            "/v1/contracts",
            "Adds a contract.",
            run!(contracts::create),
        )
        .access(OPERATORS)
        .body(document::<ContractOrder>())
        .answers([created::<Contract>()])
        .problems(&[Code::MalformedId, Code::ContractTaken, Code::ContractEnded]),
        own(
            "listContracts",
            Method::GET,
            "/v1/contracts",
            "Contracts, page by page.",
            run!(contracts::list),
        )
        .access(READERS)
        .query(PAGE)
        .answers([ok_json::<Contracts>()]),
        own(
            "changeContract",
            Method::PATCH,
            "/v1/contracts/{emaid}",
            "Binds, suspends or resumes a contract.",
            run!(contracts::change),
        )
        .access(OPERATORS)
        .body(document::<ContractChange>())
        .answers([ok_json::<Contract>()])
        .problems(&[Code::MalformedId, Code::UnknownContract]),
        own(
            "getContract",
            Method::GET,
            "/v1/contracts/{emaid}",
            "A contract.",
            run!(contracts::get),
        )
        .access(READERS)
        .answers([ok_json::<Contract>()])
        .problems(&[Code::MalformedId, Code::UnknownContract]),
        own(
            "revokeContract",
            Method::DELETE,
            "/v1/contracts/{emaid}",
            END,
            run!(contracts::revoke),
        )
        .access(OPERATORS)
        .answers([DONE])
        .problems(&[Code::MalformedId, Code::UnknownContract]),
    ];
    let known = |route: Route| {
        route.access(OPERATORS).problems(&[Code::MalformedId, Code::UnknownContract])
    };
    let paths = ["/v1/ccp/lookupContract/{emaid}", "/v1/ccp/contractData/emaid/{emaid}"];
    let rows = pools("lookUpContract", Method::GET, paths, "A contract.", run!(contracts::get));
    all.extend(rows.map(known).map(|row| row.access(READERS).answers([ok_json::<Contract>()])));
    let paths = ["/v1/ccp/lookupContracts/{pcid}", "/v1/ccp/contractData/pcid/{pcid}"];
    let rows = pools(
        "contractsOfVehicle",
        Method::GET,
        paths,
        "A car's contracts.",
        run!(contracts::of_car),
    );
    all.extend(rows.map(known).map(|row| row.access(READERS).answers([ok_json::<Contracts>()])));
    let paths = ["/v1/ccp/signedContractData/{emaid}", "/v1/ccp/signedcontractdata/{emaid}"];
    let rows = pools("endContract", Method::DELETE, paths, END, run!(contracts::revoke));
    all.extend(rows.map(known).map(|row| row.answers([DONE])));
    let paths = [
        "/v1/ccp/provideSignedContractData/{emaid}/{pcid}",
        "/v1/ccp/signedcontractdata/{emaid}/{pcid}",
    ];
    let summary = "What was made of a contract for a car, signed.";
    let rows = pools("contractData", Method::GET, paths, summary, run!(contracts::signed));
    let ended = &[Code::ContractEnded, Code::NoContract, Code::UnknownAuthority];
    all.extend(
        rows.map(known).map(|row| row.answers([ok_json::<SignedContractData>()]).problems(ended)),
    );
    let paths = [
        "/v1/ccp/signedContractData/{pcid}/{emaid}/default",
        "/v1/ccp/signedcontractdata/{emaid}/{pcid}/setdefault",
    ];
    let summary = "Makes a contract the default of its car.";
    let rows = pools("preferContract", Method::POST, paths, summary, run!(contracts::prefer));
    all.extend(rows.map(known).map(|row| row.answers([DONE]).problems(&[Code::NoContract])));
    let summary = "What was made for a car, signed.";
    let path = "/v1/ccp/signedContractDataOf/{pcid}";
    let row = Route::new(
        "contractDataOfVehicle",
        Method::GET,
        Base::Opcp,
        path,
        summary,
        run!(contracts::signed_of_car),
    );
    let row = known(row).answers([ok_json::<SignedContractDataList>()]);
    all.push(row.problems(&[Code::UnknownAuthority]));
    all
}

fn vehicles() -> Vec<Route> {
    let one = ["/v1/oem/provCerts/{pcid}", "/v1/pcp/provisioningcertificates/{pcid}"];
    let known =
        |route: Route| route.access(MAKERS).problems(&[Code::MalformedId, Code::UnknownPcid]);
    let paths = ["/v1/oem/provCerts", "/v1/pcp/provisioningcertificates"];
    let summary = "Puts a car's provisioning certificate into the pool.";
    let put = pools("putVehicle", Method::PUT, paths, summary, run!(vehicles::put)).map(|row| {
        row.access(MAKERS)
            .body(document::<VehicleUpload>())
            .answers([ok_json::<Vehicle>(), created::<Vehicle>()])
            .problems(CHAIN)
            .problems(EDITION)
            .problems(&[Code::MalformedId, Code::Profile, Code::CertificateRevoked])
            .problems(&[Code::ProvisioningTaken])
    });
    let summary = "A car's provisioning certificate.";
    let get = pools("getVehicle", Method::GET, one, summary, run!(vehicles::get));
    let get = get.map(known).map(|row| row.answers([ok_json::<Vehicle>()]));
    let summary = "Takes a car's provisioning certificate out of the pool.";
    let delete = pools("deleteVehicle", Method::DELETE, one, summary, run!(vehicles::delete));
    let delete = delete.map(known).map(|row| row.answers([DONE]));
    let paths = ["/v1/oem/lookupVehicle/{pcid}", "/v1/pcp/lookupvehicle/{pcid}"];
    let summary = "Whether a car is in the pool.";
    let found = pools("lookUpVehicle", Method::GET, paths, summary, run!(vehicles::look_up));
    let found = found.map(known);
    let found = found.map(|row| row.access(EVERY_ROLE).answers([ok_json::<VehicleFound>()]));
    let summary = "Revokes a car's provisioning certificate.";
    let revoke = own(
        "revokeVehicle",
        Method::POST,
        "/v1/vehicles/{pcid}/revoke",
        summary,
        run!(vehicles::revoke),
    );
    let revoke = known(revoke).answers([DONE]);
    put.into_iter().chain(get).chain(delete).chain(found).chain([revoke]).collect()
}

fn signing() -> Vec<Route> {
    let paths = ["/v1/cps/generate/signedContractData", "/v1/cps/contractData/generateandsign"];
    let summary = "Makes a contract's certificate for a car and signs the delivery.";
    let generate = pools("generate", Method::PUT, paths, summary, run!(signing::generate));
    let generate = generate.map(|row| {
        row.access(OPERATORS)
            .body(document::<GenerateOrder>())
            .answers([created::<SignedContractData>()])
            .problems(EDITION)
            .problems(&[
                Code::MalformedId,
                Code::UnknownPcid,
                Code::ContractTaken,
                Code::ContractEnded,
            ])
            .problems(&[Code::CertificateRevoked, Code::Profile, Code::UnknownAuthority])
    });
    let paths = ["/v1/cps/contractData/signed", "/v1/cps/contractData/sign"];
    let summary = "Signs contract data that was made elsewhere.";
    let sign = pools("sign", Method::PUT, paths, summary, run!(signing::sign)).map(|row| {
        row.access(&[Role::Emsp, Role::Cps])
            .body(document::<SignOrder>())
            .answers([ok_json::<SignedContractData>()])
            .problems(CHAIN)
            .problems(EDITION)
            .problems(&[Code::MalformedId, Code::WrongRole, Code::UnknownAuthority])
    });
    let paths = ["/v1/cps/signer", "/v1/cps/cpsCertificates"];
    let signer =
        pools("signer", Method::GET, paths, "Who signs deliveries.", run!(signing::signer));
    let signer = signer.map(|row| {
        let row = row.access(EVERY_ROLE).answers([ok_json::<SignerDocument>()]);
        row.problems(&[Code::UnknownAuthority])
    });
    generate.into_iter().chain(sign).chain(signer).collect()
}

fn roots() -> Vec<Route> {
    let all = ["/v1/root/rootCerts", "/v1/rcp/rootcertificates"];
    let one = ["/v1/root/rootCerts/{id}", "/v1/rcp/rootcertificates/{id}"];
    let list = pools("listRoots", Method::GET, all, "The root pool.", run!(roots::list));
    let list = list.map(|row| row.access(EVERY_ROLE).answers([ok_json::<Roots>()]));
    let get = pools("getRoot", Method::GET, one, "A root.", run!(roots::get));
    let get = get
        .map(|row| row.access(EVERY_ROLE).answers([ok_json::<Root>()]).problems(&[Code::NotFound]));
    let put =
        pools("putRoot", Method::PUT, all, "Trusts another root.", run!(roots::put)).map(|row| {
            let row = row.access(ADMINS).body(document::<RootUpload>());
            row.answers([ok_json::<Root>(), created::<Root>()]).problems(CHAIN)
        });
    let delete =
        pools("deleteRoot", Method::DELETE, one, "Trusts a root no more.", run!(roots::delete));
    let delete = delete.map(|row| row.access(ADMINS).answers([DONE]).problems(&[Code::NotFound]));
    list.into_iter().chain(get).chain(put).chain(delete).collect()
}

fn webhooks() -> Vec<Route> {
    let row = |operation, method, path, summary, run| {
        Route::new(operation, method, Base::Opcp, path, summary, run).access(SUBSCRIBERS)
    };
    vec![
        row(
            "createEndpoint",
            Method::POST,
            "/v1/webhook/endpoints",
            "Asks to be told of events.",
            run!(webhooks::create),
        )
        .body(document::<EndpointOrder>())
        .answers([created::<Endpoint>()])
        .problems(&[Code::HostNotAllowed]),
        row(
            "listEndpoints",
            Method::GET,
            "/v1/webhook/endpoints",
            "Where the client is told of events.",
            run!(webhooks::list),
        )
        .answers([ok_json::<Endpoints>()]),
        row(
            "deleteEndpoint",
            Method::DELETE,
            "/v1/webhook/endpoints/{id}",
            "Asks to be told no more.",
            run!(webhooks::delete),
        )
        .answers([DONE])
        .problems(&[Code::NotFound]),
    ]
}

fn revocation() -> Vec<Route> {
    let summary = "Revokes a certificate that was issued here.";
    let revoke = [
        own(
            "revokeCertificate",
            Method::POST,
            "/v1/certificates/revoke",
            summary,
            run!(revocation::revoke),
        ),
        Route::new(
            "revokeCertificate",
            Method::POST,
            Base::Opnc,
            "/v1/pki/revokeCertificate",
            summary,
            run!(revocation::revoke),
        ),
    ];
    let revoke = revoke.map(|row| {
        row.access(ENROLLED).body(document::<RevocationOrder>()).answers([DONE]).problems(&[
            Code::MalformedDer,
            Code::UnknownCertificate,
            Code::UnknownAuthority,
        ])
    });
    let public = |operation, method, path, summary, run| own(operation, method, path, summary, run);
    let others = [
        public(
            "ocsp",
            Method::POST,
            "/ocsp",
            "Answers an OCSP request (RFC 6960).",
            run!(revocation::ocsp),
        )
        .body(Content { media: &[OCSP_REQUEST], limit: 16 * 1024, form: Form::Binary })
        .answers([ok(OCSP_RESPONSE, Form::Binary)]),
        public(
            "ocspByPath",
            Method::GET,
            "/ocsp/{request}",
            "Answers an OCSP request in base64.",
            run!(revocation::ocsp_by_path),
        )
        .answers([ok(OCSP_RESPONSE, Form::Binary)]),
        public(
            "crl",
            Method::GET,
            "/crl/{authority}",
            "An authority's revocation list.",
            run!(revocation::list),
        )
        .answers([ok(CRL, Form::Binary)])
        .problems(&[Code::UnknownAuthority, Code::StorageFull]),
    ];
    revoke.into_iter().chain(others).collect()
}

fn enrolment() -> Vec<Route> {
    let request = Content { media: &[PKCS10], limit: 16 * 1024, form: Form::Text };
    let enrol = |operation, base, path| {
        let summary = "Issues a certificate for a request (RFC 7030).";
        let run: Handler = match base {
            Base::Opnc => run!(enrol::enrol_party),
            _ => run!(enrol::enrol),
        };
        Route::new(operation, Method::POST, base, path, summary, run)
            .access(ENROLLED)
            .body(request)
            .answers([ok(PKCS7, Form::Text)])
            .problems(EDITION)
            .problems(&[Code::MalformedDer, Code::BadSignature, Code::MalformedId, Code::Profile])
            .problems(&[Code::WrongRole, Code::UnsupportedKey, Code::UnknownAuthority])
    };
    let authorities = |operation, base, path| {
        let summary = "The authorities that issue here (RFC 7030).";
        let run: Handler = match base {
            Base::Opnc => run!(enrol::authorities_of_party),
            _ => run!(enrol::authorities),
        };
        Route::new(operation, Method::GET, base, path, summary, run)
            .answers([ok(PKCS7, Form::Text)])
            .problems(EDITION)
            .problems(&[Code::UnknownAuthority])
    };
    vec![
        enrol("enrol", Base::Est, "/{ca}/simpleenroll"),
        enrol("enrolFor", Base::Est, "/{ca}/simpleenroll/{iso}"),
        enrol("enrol", Base::Opnc, "/v1/pki/est/simpleenroll"),
        authorities("authorities", Base::Est, "/{ca}/cacerts"),
        authorities("authoritiesFor", Base::Est, "/{ca}/cacerts/{iso}/{curve}"),
        authorities("authorities", Base::Opnc, "/v1/pki/est/cacerts"),
    ]
}

fn own(
    operation: &'static str,
    method: Method,
    path: &'static str,
    summary: &'static str,
    run: Handler,
) -> Route {
    Route::new(operation, method, Base::Own, path, summary, run)
}

/// The same operation in both interfaces of pools.
fn pools(
    operation: &'static str,
    method: Method,
    [opcp, opnc]: [&'static str; 2],
    summary: &'static str,
    run: Handler,
) -> [Route; 2] {
    [
        Route::new(operation, method.clone(), Base::Opcp, opcp, summary, run),
        Route::new(operation, method, Base::Opnc, opnc, summary, run),
    ]
}

fn document<T: schemars::JsonSchema>() -> Content {
    Content { media: &[JSON], limit: 64 * 1024, form: json::<T>() }
}

fn ok(media: &'static str, form: Form) -> Answer {
    Answer { status: StatusCode::OK, content: Some((media, form)) }
}

fn ok_json<T: schemars::JsonSchema>() -> Answer {
    ok(JSON, json::<T>())
}

fn created<T: schemars::JsonSchema>() -> Answer {
    Answer { status: StatusCode::CREATED, content: Some((JSON, json::<T>())) }
}

const DONE: Answer = Answer { status: StatusCode::NO_CONTENT, content: None };

const PAGE: &[Parameter] = &[
    Parameter { name: "after", summary: "Begins behind this one.", schema: schema_of::<String> },
    Parameter { name: "limit", summary: "Most of them, 1 to 1000.", schema: schema_of::<u32> },
];

/// Who may, admins aside.
const ADMINS: &[Role] = &[];
const STATIONS: &[Role] = &[Role::Cpo];
const OPERATORS: &[Role] = &[Role::Emsp];
const READERS: &[Role] = &[Role::Emsp, Role::Auditor];
const MAKERS: &[Role] = &[Role::Oem];
const ENROLLED: &[Role] = &[Role::Emsp, Role::Cpo, Role::Oem, Role::Cps];
const SUBSCRIBERS: &[Role] = &[Role::Emsp, Role::Oem];
const EVERY_ROLE: &[Role] = &[Role::Emsp, Role::Cpo, Role::Oem, Role::Cps, Role::Auditor];

const EDITION: &[Code] = &[Code::UnsupportedEdition];
const CHAIN: &[Code] = &[Code::MalformedDer, Code::CertificateChain, Code::CertificateExpired];
const DELIVERY: &[Code] = &[
    Code::MalformedExi,
    Code::MalformedDer,
    Code::UnexpectedMessage,
    Code::BadSignature,
    Code::CertificateChain,
    Code::CertificateExpired,
    Code::CertificateRevoked,
    Code::ContractEnded,
    Code::Profile,
    Code::WrongRole,
    Code::UnknownPcid,
    Code::UnknownContract,
    Code::NoContract,
    Code::UnknownAuthority,
];
const END: &str = "Ends a contract and revokes its certificate.";
