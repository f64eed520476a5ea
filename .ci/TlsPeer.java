import java.io.*;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.util.Arrays;
import javax.net.ssl.*;

/** A JSSE peer: "client PORT ROOT.der DATA" sends the data and expects it back, "server PORT STORE.p12" echoes. */
public class TlsPeer {
    static final String SUITE = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256";

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        SSLContext context = SSLContext.getInstance("TLSv1.2");
        KeyStore store = KeyStore.getInstance("PKCS12");
        if (args[0].equals("client")) {
            store.load(null, null);
            try (InputStream in = new FileInputStream(args[2])) {
                store.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(in));
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            context.init(null, trust.getTrustManagers(), null);
            client(context, port, Files.readAllBytes(Paths.get(args[3])));
        } else {
            char[] password = "secret".toCharArray();
            try (InputStream in = new FileInputStream(args[2])) {
                store.load(in, password);
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, password);
            context.init(keys.getKeyManagers(), null, null);
            server(context, port);
        }
    }

    static void client(SSLContext context, int port, byte[] data) throws Exception {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("::1", port);
        socket.setEnabledCipherSuites(new String[] {SUITE});
        socket.startHandshake();
        InputStream in = socket.getInputStream();
        for (int at = 0; at < data.length; at += 5000) {
            byte[] part = Arrays.copyOfRange(data, at, Math.min(at + 5000, data.length));
            socket.getOutputStream().write(part);
            if (!Arrays.equals(in.readNBytes(part.length), part)) {
                throw new IOException("other bytes came back");
            }
        }
        socket.close();
        System.out.println(socket.getSession().getCipherSuite());
    }

    static void server(SSLContext context, int port) throws Exception {
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(port);
        listener.setEnabledCipherSuites(new String[] {SUITE});
        while (true) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                socket.getInputStream().transferTo(socket.getOutputStream());
            } catch (IOException e) {
                System.out.println(e);
            }
        }
    }
}
