package io.heliograph.cli.option;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.tls.ClientAuth;
import io.heliograph.tls.ClientTls;
import io.heliograph.tls.KeyMaterialException;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of TLS: files with certificates, keys and authorities. Each of them enables TLS. */
public abstract class TlsOptions {

    @Option(
            order = 11,
            names = "--cert",
            paramLabel = "FILE",
            description = "Certificate of this side: PKCS#12 including the key, or PEM together with --key.")
    @Nullable
    Path cert;

    @Option(
            order = 12,
            names = "--key",
            paramLabel = "FILE",
            description = "Private key of a PEM certificate, in PEM: PKCS#8, PKCS#1 or SEC1, not encrypted.")
    @Nullable
    Path key;

    @Option(
            order = 13,
            names = "--password-file",
            paramLabel = "FILE",
            description = "File whose first line is the password of the PKCS#12 file (default: empty password).")
    @Nullable
    Path passwordFile;

    @Option(order = 14, names = "--ca", paramLabel = "FILE", description = "Trusted certificate authorities, in PEM.")
    @Nullable
    Path ca;

    /** Returns the first of these options that is present, or null. */
    @Nullable
    String present() {
        return cert != null
                ? "--cert"
                : key != null ? "--key" : passwordFile != null ? "--password-file" : ca != null ? "--ca" : null;
    }

    /** Certificate and key of this side, or null without {@code --cert}. */
    final @Nullable TlsIdentity identity() {
        Path file = cert;
        if (file == null) {
            String other = key != null ? "--key" : passwordFile != null ? "--password-file" : null;
            if (other != null) {
                throw new IllegalArgumentException(other + " without --cert (expected: both)");
            }
            return null;
        }
        return key == null ? TlsIdentity.pkcs12(file, password()) : TlsIdentity.pem(file, key);
    }

    private String password() {
        if (passwordFile == null) {
            return "";
        }
        try {
            return Files.readString(passwordFile).lines().findFirst().orElse("");
        } catch (IOException e) {
            throw new CommandFailure("cannot read " + passwordFile + ". Name a readable file with --password-file.");
        }
    }

    static <T> T loaded(Supplier<T> files) {
        try {
            return files.get();
        } catch (KeyMaterialException e) {
            throw new CommandFailure(Event.messageOf(e)
                    + ". Name another file with --cert, --key or --ca, or the right password with --password-file.");
        }
    }

    /** TLS of a client. */
    public static final class Client extends TlsOptions {

        @Option(order = 15, names = "--trust-all", description = "Accepts any server certificate: for tests only.")
        boolean trustAll;

        @Option(order = 16, names = "--any-host", description = "Accepts a certificate for another host name.")
        boolean anyHost;

        @Override
        public @Nullable String present() {
            String file = super.present();
            return file != null ? file : trustAll ? "--trust-all" : anyHost ? "--any-host" : null;
        }

        /** Loads the TLS settings of a client. */
        public ClientTls load() {
            ClientTls.Builder builder = ClientTls.builder().trustAll(trustAll).verifyHost(!anyHost);
            TlsIdentity identity = identity();
            if (identity != null) {
                builder.identity(identity);
            }
            if (ca != null) {
                builder.trust(ca);
            }
            return loaded(builder::load);
        }

        /**
         * Whether the scheme of an address enables TLS.
         *
         * @throws IllegalArgumentException if an option of TLS is present, but the address is without TLS
         */
        public boolean isEncrypted(String url) {
            boolean encrypted = url.regionMatches(true, 0, "wss:", 0, 4) || url.regionMatches(true, 0, "https:", 0, 6);
            String option = present();
            if (option != null && !encrypted) {
                throw new IllegalArgumentException(option + " with " + url + " (expected: a wss:// address)");
            }
            return encrypted;
        }
    }

    /** TLS of a server. */
    public static final class Server extends TlsOptions {

        /** Option values for {@link ClientAuth}. */
        enum Auth {
            none(ClientAuth.NONE),
            request(ClientAuth.REQUEST),
            required(ClientAuth.REQUIRED);

            final ClientAuth mode;

            Auth(ClientAuth mode) {
                this.mode = mode;
            }
        }

        @Option(order = 10, names = "--tls", description = "Enables TLS, as each of the following options does.")
        boolean tls;

        @Option(
                order = 15,
                names = "--client-auth",
                paramLabel = "MODE",
                description = "Request for client certificates: ${COMPLETION-CANDIDATES} (default: required with --ca,"
                        + " else none).")
        @Nullable
        Auth clientAuth;

        /** Whether TLS is enabled. */
        public boolean isEnabled() {
            return tls || clientAuth != null || present() != null;
        }

        /** Whether clients must have a certificate. */
        public boolean requiresCertificate() {
            return isEnabled() && mode() == ClientAuth.REQUIRED;
        }

        /** Loads the TLS settings of a server. */
        public ServerTls load() {
            TlsIdentity identity = identity();
            if (identity == null) {
                String option = tls ? "--tls" : clientAuth != null ? "--client-auth" : "--ca";
                throw new IllegalArgumentException(option + " without --cert (expected: both)");
            }
            ServerTls.Builder builder = ServerTls.builder(identity).clientAuth(mode());
            if (ca != null) {
                builder.trust(ca);
            } else if (mode() != ClientAuth.NONE) {
                throw new IllegalArgumentException("--client-auth " + clientAuth + " without --ca (expected: both)");
            }
            return loaded(builder::load);
        }

        private ClientAuth mode() {
            return clientAuth != null ? clientAuth.mode : ca != null ? ClientAuth.REQUIRED : ClientAuth.NONE;
        }
    }
}
