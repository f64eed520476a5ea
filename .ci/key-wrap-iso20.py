"""OpenSSL wraps a contract's key as ISO 15118-20 has it and we unwrap it, then the other way round.

key-wrap-iso20.py PKI_FILES WORK [ed448]   judges with keys on P-521, or of Ed448 with agreement by X448
key-wrap-iso20.py --rows COUNT WORK        prints rows for test-vectors/delivery/iso20-key-wrap.tsv

OpenSSL's commands agree and hash; its library, which they do not reach, does AES-256-GCM."""
import ctypes
import ctypes.util
import hashlib
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
    LENGTH, ENCRYPTED = 66, 94

    def __init__(self, work, name, subject=None):
        self.file, self.public, self.certificate = (f"{work}/{name}{end}" for end in (".pem", ".pub", ".crt"))
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp521r1", "-out", self.file)
        openssl("pkey", "-in", self.file, "-pubout", "-out", self.public)
        self.point = openssl("pkey", "-in", self.file, "-pubout", "-outform", "der")[-133:]
        self.der = openssl("pkcs8", "-topk8", "-nocrypt", "-in", self.file, "-outform", "der")
        lines = openssl("pkey", "-in", self.file, "-noout", "-text").decode().split("priv:")[1].split("pub:")[0]
        self.number = bytes.fromhex(lines.replace(":", "").replace("\n", "").replace(" ", "")).rjust(66, b"\0")
        self.own, self.whole = self.file, self.number
        if subject:
            usage = "keyUsage=critical,digitalSignature,keyAgreement"
            openssl("req", "-x509", "-new", "-sha512", "-key", self.file, "-subj", f"/CN={subject}",
                    "-addext", usage, "-out", self.certificate)

    @staticmethod
    def spki(dh):
        return bytes.fromhex("30819b301006072a8648ce3d020106052b81040023038186" + "00") + dh

    def key_id(self):
        text = openssl("x509", "-in", self.certificate, "-noout", "-ext", "subjectKeyIdentifier").decode()
        return text.splitlines()[-1].replace(":", "").strip()


class Key448(Key):
    """A key of Ed448, whose seed without its last octet is what travels, and the key of X448 by which it agrees."""
    LENGTH, ENCRYPTED = 56, 84

    def __init__(self, work, name, subject=None):
        own, self.file, self.public, self.certificate = (f"{work}/{name}{end}" for end in (".ed", ".pem", ".pub", ".crt"))
        seed = os.urandom(56) + b"\0"
        self.whole, self.number = seed, seed[:56]
        self.own = own
        openssl("pkey", "-inform", "der", "-out", own, text=bytes.fromhex("3047020100300506032b6571043b0439") + seed)
        number = hashlib.shake_256(seed).digest(56)
        openssl("pkey", "-inform", "der", "-out", self.file, text=bytes.fromhex("3046020100300506032b656f043a0438") + number)
        openssl("pkey", "-in", self.file, "-pubout", "-out", self.public)
        self.point = bytes(77) + openssl("pkey", "-in", self.file, "-pubout", "-outform", "der")[-56:]
        if subject:
            openssl("req", "-x509", "-new", "-key", own, "-subj", f"/CN={subject}",
                    "-addext", "keyUsage=critical,digitalSignature", "-out", self.certificate)

    @staticmethod
    def spki(dh):
        assert dh[:77] == bytes(77)
        return bytes.fromhex("3042300506032b656f033900") + dh[77:]


def derived(own, peer):
    secret = openssl("pkeyutl", "-derive", "-inkey", own, "-peerkey", peer)
    assert len(secret) in (56, 66)
    return openssl("dgst", "-sha512", "-binary", text=b"\0\0\0\1" + secret + b"\1UV")[:32]


def wrapped(car, contract, ephemeral, bound_to):
    iv = os.urandom(IV)
    text, tag = gcm(True, derived(ephemeral.file, car.public), iv, bound_to, contract.number)
    return iv + text + tag


def order(work, kind=Key):
    car, contract = kind(work, "car", "WVWP00000000000017"), kind(work, "contract20", "DEPNCC000000018")
    return car, contract, kind(work, "ephemeral20"), ("WVWP00000000000017" + contract.key_id()).encode()


if sys.argv[1] == "--rows":
    print("source\treceiver key\tcontract key\tassociated data\tencrypted key\tdh public key")
    for _ in range(int(sys.argv[2])):
        car, contract, ephemeral, bound_to = order(sys.argv[3])
        fields = car.der, contract.der, bound_to, wrapped(car, contract, ephemeral, bound_to), ephemeral.point
        print("openssl", *(field.hex() for field in fields), sep="\t")
    sys.exit()

pki, work = sys.argv[1:3]
kind = {(): Key, ("ed448",): Key448}[tuple(sys.argv[3:])]


def ask(*arguments):
    return subprocess.run([pki, *arguments], check=True, capture_output=True, text=True).stdout.split()


car, contract, ephemeral, bound_to = order(work, kind)
encrypted = wrapped(car, contract, ephemeral, bound_to)
opened = ask("unwrap20", car.own, car.certificate, contract.own, contract.certificate, encrypted.hex(), ephemeral.point.hex())
assert opened == [contract.whole.hex()], "openssl wraps, we unwrap"
encrypted, dh = map(bytes.fromhex, ask("wrap20", car.certificate, contract.own, contract.certificate))
assert len(encrypted) == kind.ENCRYPTED and len(dh) == 133
openssl("pkey", "-pubin", "-inform", "der", "-out", f"{work}/dh20.pub", text=kind.spki(dh))
iv, text, tag = encrypted[:IV], encrypted[IV:-TAG], encrypted[-TAG:]
opened, _ = gcm(False, derived(car.file, f"{work}/dh20.pub"), iv, bound_to, text, tag)
assert opened == contract.number and len(opened) == kind.LENGTH, "we wrap, openssl unwraps"
print("openssl: contract keys of ISO 15118-20 unwrapped both ways, agreement, hash and AES-256-GCM by OpenSSL")
