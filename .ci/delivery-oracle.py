"""An independent EXI processor and OpenSSL judge contract deliveries: delivery-oracle.py PROGRAM ANSWER..

The processor reads every row as our XML and writes our octets from it; SHA-512 over its own octets of what is signed is the
digest in the message; and over its octets of SignedInfo OpenSSL verifies the signature with the certificate in the message. With
keys on P-521, and again with those of Ed448. Of each ANSWER, a file of EXI of either edition, it is the same, with nothing of ours but
the octets."""
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

from oracle import Oracle

def delivery(*keys):
    rows = [json.loads(line) for line in subprocess.run([sys.argv[1], *keys], check=True, capture_output=True, text=True).stdout.splitlines()]
    assert [row["message"] for row in rows] == [
        "CertificateInstallationReq", "OEMProvisioningCertificateChain", "SignedInfo",
        "CertificateInstallationRes", "SignedInstallationData", "SignedInfo"]
    return [(rows[:3], "OEMProvisioningCertificateChain"), (rows[3:], "CPSCertificateChain")]


oracle = Oracle()


def infoset(text):
    return [(e.tag, sorted(e.attrib.items()), "" if len(e) else "".join((e.text or "").split())) for e in ET.fromstring(text).iter()]


def theirs(row):
    fragment = row["kind"] == "fragment"
    read = oracle.exi2xml(row["schema"], row["hex"], frag=fragment)
    assert infoset(read) == infoset(row["xml"]), f"{row['message']} reads otherwise: {read[:1000]}"
    octets = oracle.xml2exi(row["schema"], row["xml"], frag=fragment)
    assert octets == row["hex"], f"{row['message']} is there {octets[:1000]}"
    return read, bytes.fromhex(octets)


def field(tree, *names):
    for name in names:
        tree = next(e for e in tree.iter() if e.tag.split("}")[1] == name)
    return base64.b64decode("".join(tree.text.split()))


def identifier(element):
    """Its attribute Id, which ISO 15118-20 writes with and ISO 15118-2 without a namespace."""
    return next(value for name, value in element.attrib.items() if name.split("}")[-1] == "Id")


def der(raw):
    def number(octets):
        octets = octets.lstrip(b"\0") or b"\0"
        octets = b"\0" + octets if octets[0] & 0x80 else octets
        return b"\x02" + bytes([len(octets)]) + octets
    half = len(raw) // 2
    body = number(raw[:half]) + number(raw[half:])
    return b"\x30" + (b"\x81" if len(body) > 127 else b"") + bytes([len(body)]) + body


def judged(put, key, octets, value):
    if len(value) == 114:
        verify = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", put("key", key), "-sigfile", put("value", value), "-in"]
    else:
        digest = {64: "-sha256", 132: "-sha512"}[len(value)]
        verify = ["openssl", "dgst", digest, "-verify", put("key", key), "-signature", put("value", der(value))]
    return subprocess.run([*verify, put("info", octets)], capture_output=True).returncode == 0


def references(tree):
    """Digests by what they refer to."""
    found = [e for e in tree.iter() if e.tag.split("}")[1] == "Reference"]
    return {e.attrib["URI"].removeprefix("#"): field(e, "DigestValue") for e in found}


def judge(tree, signed, signed_info, chain, what):
    """`signed`: octets of every signed element, by its identifier."""
    digest = hashlib.sha256 if len(field(tree, "SignatureValue")) == 64 else hashlib.sha512
    assert references(tree) == {name: digest(octets).digest() for name, octets in signed.items()}, f"digests in {what}"
    with tempfile.TemporaryDirectory() as work:
        def put(name, octets):
            with open(f"{work}/{name}", "wb") as file:
                file.write(octets)
            return file.name
        certificate = put("certificate", field(tree, chain, "Certificate"))
        key = subprocess.run(["openssl", "x509", "-inform", "der", "-in", certificate, "-noout", "-pubkey"], check=True, capture_output=True).stdout
        value = field(tree, "SignatureValue")
        assert judged(put, key, signed_info, value), f"OpenSSL refuses the signature in {what}"
        changed = signed_info[:-2] + bytes([signed_info[-2] ^ 1]) + signed_info[-1:]
        assert not judged(put, key, changed, value), "OpenSSL verifies anything"


for (message, signed, info), chain in delivery() + delivery("ed448"):
    text, _ = theirs(message)
    (element, octets), (_, signed_info) = theirs(signed), theirs(info)
    judge(ET.fromstring(text), {identifier(ET.fromstring(element)): octets}, signed_info, chain, message["message"])

# Of each edition: its message set, what is signed, the chain whose key signs.
EDITIONS = {
    "iso2": (["ContractSignatureCertChain", "ContractSignatureEncryptedPrivateKey", "DHpublickey", "eMAID"], "SAProvisioningCertificateChain"),
    "iso20-common": (["SignedInstallationData"], "CPSCertificateChain"),
}
for path in sys.argv[2:]:
    octets = open(path, "rb").read().hex()
    schema = "iso2" if octets.startswith("8098") else "iso20-common"
    names, chain = EDITIONS[schema]
    text = oracle.exi2xml(schema, octets)
    assert oracle.xml2exi(schema, text) == octets, f"{path} is written otherwise"
    tree = ET.fromstring(text)

    def element(name):
        return next(e for e in tree.iter() if e.tag.split("}")[1] == name)

    def fragment(name, schema):
        return bytes.fromhex(oracle.xml2exi(schema, ET.tostring(element(name), encoding="unicode"), frag=True))
    signed = {identifier(element(name)): fragment(name, schema) for name in names}
    judge(tree, signed, fragment("SignedInfo", "xmldsig"), chain, path)
oracle.close()
print("both messages of a delivery of ISO 15118-20, with keys on P-521 and of Ed448, what is signed in them and SignedInfo: octets and digests as the oracle has them, signatures good by OpenSSL; so are", len(sys.argv) - 2, "answers of the service in both editions")
