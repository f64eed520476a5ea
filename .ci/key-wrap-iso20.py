"""OpenSSL wraps a contract's key as ISO 15118-20 has it and we unwrap it, then the other way round.

key-wrap-iso20.py PKI_FILES WORK      judges
key-wrap-iso20.py --rows COUNT WORK   prints rows for test-vectors/delivery/iso20-key-wrap.tsv

OpenSSL's commands agree and hash; its library, which they do not reach, does AES-256-GCM."""
import ctypes
import ctypes.util
import os
import subprocess
import sys

crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_gcm"):
    getattr(crypto, name).restype = ctypes.c_void_p
IV, TAG, GET_TAG, SET_TAG = 12, 16, 0x10, 0x11


def gcm(encrypt, key, iv, bound_to, text, tag=None):
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    cipher = ctypes.c_void_p(crypto.EVP_aes_256_gcm())
    out, length = ctypes.create_string_buffer(len(text)), ctypes.c_int()
    try:
        assert crypto.EVP_CipherInit_ex(context, cipher, None, key, iv, int(encrypt)) == 1
        assert crypto.EVP_CipherUpdate(context, None, ctypes.byref(length), bound_to, len(bound_to)) == 1
        assert crypto.EVP_CipherUpdate(context, out, ctypes.byref(length), text, len(text)) == 1
        if not encrypt:
            assert crypto.EVP_CIPHER_CTX_ctrl(context, SET_TAG, TAG, tag) == 1
        assert crypto.EVP_CipherFinal_ex(context, None, ctypes.byref(length)) == 1, "does not authenticate"
        if encrypt:
            tag = ctypes.create_string_buffer(TAG)
            assert crypto.EVP_CIPHER_CTX_ctrl(context, GET_TAG, TAG, tag) == 1
        return out.raw, tag if isinstance(tag, bytes) else tag.raw
    finally:
        crypto.EVP_CIPHER_CTX_free(context)


def openssl(*arguments, text=b""):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, input=text).stdout


class Key:
    def __init__(self, work, name, subject=None):
        self.file, self.public, self.certificate = (f"{work}/{name}{end}" for end in (".pem", ".pub", ".crt"))
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp521r1", "-out", self.file)
        openssl("pkey", "-in", self.file, "-pubout", "-out", self.public)
        self.point = openssl("pkey", "-in", self.file, "-pubout", "-outform", "der")[-133:]
        self.der = openssl("pkcs8", "-topk8", "-nocrypt", "-in", self.file, "-outform", "der")
        lines = openssl("pkey", "-in", self.file, "-noout", "-text").decode().split("priv:")[1].split("pub:")[0]
        self.number = bytes.fromhex(lines.replace(":", "").replace("\n", "").replace(" ", "")).rjust(66, b"\0")
        if subject:
            usage = "keyUsage=critical,digitalSignature,keyAgreement"
            openssl("req", "-x509", "-new", "-sha512", "-key", self.file, "-subj", f"/CN={subject}",
                    "-addext", usage, "-out", self.certificate)

    def key_id(self):
        text = openssl("x509", "-in", self.certificate, "-noout", "-ext", "subjectKeyIdentifier").decode()
        return text.splitlines()[-1].replace(":", "").strip()


def derived(own, peer):
    secret = openssl("pkeyutl", "-derive", "-inkey", own, "-peerkey", peer)
    assert len(secret) == 66
    return openssl("dgst", "-sha512", "-binary", text=b"\0\0\0\1" + secret + b"\1UV")[:32]


def wrapped(car, contract, ephemeral, bound_to):
    iv = os.urandom(IV)
    text, tag = gcm(True, derived(ephemeral.file, car.public), iv, bound_to, contract.number)
    return iv + text + tag


def order(work):
    car, contract = Key(work, "car", "WVWP00000000000017"), Key(work, "contract20", "DEPNCC000000018")
    return car, contract, Key(work, "ephemeral20"), ("WVWP00000000000017" + contract.key_id()).encode()


if sys.argv[1] == "--rows":
    print("source\treceiver key\tcontract key\tassociated data\tencrypted key\tdh public key")
    for _ in range(int(sys.argv[2])):
        car, contract, ephemeral, bound_to = order(sys.argv[3])
        fields = car.der, contract.der, bound_to, wrapped(car, contract, ephemeral, bound_to), ephemeral.point
        print("openssl", *(field.hex() for field in fields), sep="\t")
    sys.exit()

pki, work = sys.argv[1:]


def ask(*arguments):
    return subprocess.run([pki, *arguments], check=True, capture_output=True, text=True).stdout.split()


car, contract, ephemeral, bound_to = order(work)
encrypted = wrapped(car, contract, ephemeral, bound_to)
opened = ask("unwrap20", car.file, car.certificate, contract.file, contract.certificate, encrypted.hex(), ephemeral.point.hex())
assert opened == [contract.number.hex()], "openssl wraps, we unwrap"
encrypted, dh = map(bytes.fromhex, ask("wrap20", car.certificate, contract.file, contract.certificate))
assert len(encrypted) == 94 and len(dh) == 133
spki = bytes.fromhex("30819b301006072a8648ce3d020106052b81040023038186" + "00") + dh
openssl("pkey", "-pubin", "-inform", "der", "-out", f"{work}/dh20.pub", text=spki)
iv, text, tag = encrypted[:IV], encrypted[IV:-TAG], encrypted[-TAG:]
opened, _ = gcm(False, derived(car.file, f"{work}/dh20.pub"), iv, bound_to, text, tag)
assert opened == contract.number, "we wrap, openssl unwraps"
print("openssl: contract keys of ISO 15118-20 unwrapped both ways, agreement, hash and AES-256-GCM by OpenSSL")
