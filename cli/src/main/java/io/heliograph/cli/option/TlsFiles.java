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

/** Options of TLS: files with certificates, keys and authorities. */
public final class TlsFiles {

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
            description = "Private key of a PEM certificate, PKCS#8 in PEM.")
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
    public @Nullable Path ca;

    /** Whether any of these options is present. */
    public boolean areNamed() {
        return cert != null || key != null || passwordFile != null || ca != null;
    }

    /** Loads the TLS settings of a server. */
    public ServerTls server(ClientAuth clientAuth) {
        TlsIdentity identity = identity();
        if (identity == null) {
            throw new IllegalArgumentException("--tls without --cert (expected: both)");
        }
        ServerTls.Builder builder = ServerTls.builder(identity).clientAuth(clientAuth);
        if (ca != null) {
            builder.trust(ca);
        }
        return loaded(builder::load);
    }

    /** Loads the TLS settings of a client that verifies the certificate and the host name. */
    public ClientTls client() {
        return client(false, true);
    }

    public ClientTls client(boolean trustAll, boolean verifyHost) {
        ClientTls.Builder builder = ClientTls.builder().trustAll(trustAll).verifyHost(verifyHost);
        TlsIdentity identity = identity();
        if (identity != null) {
            builder.identity(identity);
        }
        if (ca != null) {
            builder.trust(ca);
        }
        return loaded(builder::load);
    }

    private static <T> T loaded(Supplier<T> files) {
        try {
            return files.get();
        } catch (KeyMaterialException e) {
            throw new CommandFailure(Event.messageOf(e)
                    + ". Name another file with --cert, --key or --ca, or the right password with --password-file.");
        }
    }

    /** Certificate and key of this side, or null without {@code --cert}. */
    private @Nullable TlsIdentity identity() {
        Path file = cert;
        if (file == null) {
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
}
