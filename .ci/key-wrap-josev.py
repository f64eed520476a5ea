"""Josev wraps a contract's key and we unwrap it, then the other way round: key-wrap-josev.py PKI_FILES WORK CERTIFICATE KEY"""
import subprocess
import sys

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from iso15118.shared.security import decrypt_priv_key, encrypt_priv_key

pki, work, certificate, receiver = sys.argv[1:]
contract = load_pem_private_key(open(f"{work}/contract.pem", "rb").read(), None)
scalar = contract.private_numbers().private_value.to_bytes(32, "big")


def ask(*arguments):
    return subprocess.run([pki, *arguments], check=True, capture_output=True, text=True).stdout.split()


dh, encrypted = encrypt_priv_key(open(certificate, "rb").read(), contract)
assert ask("unwrap", receiver, f"{work}/contract.pem", encrypted.hex(), dh.hex()) == [scalar.hex()]
encrypted, dh = map(bytes.fromhex, ask("wrap", receiver, f"{work}/contract.pem"))
own = load_pem_private_key(open(receiver, "rb").read(), None)
peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), dh)
assert decrypt_priv_key(encrypted, own, peer) == scalar
print("josev: contract keys unwrapped both ways")
