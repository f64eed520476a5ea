//! What the routes do, a file for each resource, and the table of them all.

mod contracts;
mod editions;
mod enrol;
mod provision;
mod revocation;
mod roots;
mod signing;
mod system;
mod vehicles;
mod webhooks;

use axum::http::StatusCode;

use super::documents::*;
use super::reply::{CRL, EXI, JSON, OCSP_REQUEST, OCSP_RESPONSE, OCTETS, PKCS7, PKCS10, TEXT};
use super::route::{Answer, Base, Content, Form, Handler, Parameter, Route, json, schema_of};
use super::{Call, Code, Problem, Reply, Role};

mod table;

pub(super) use table::table;
