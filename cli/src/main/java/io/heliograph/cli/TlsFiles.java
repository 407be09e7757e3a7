package io.heliograph.cli;

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

/** The files that TLS takes keys and certificates from. */
final class TlsFiles {

    @Option(
            order = 11,
            names = "--cert",
            paramLabel = "FILE",
            description = "The own certificate: a PKCS#12 file with its key, or PEM together with --key.")
    @Nullable
    Path cert;

    @Option(
            order = 12,
            names = "--key",
            paramLabel = "FILE",
            description = "The key of a PEM certificate, PKCS#8 in PEM.")
    @Nullable
    Path key;

    @Option(
            order = 13,
            names = "--password-file",
            paramLabel = "FILE",
            description = "The first line is the password of the PKCS#12 file (default: an empty one).")
    @Nullable
    Path passwordFile;

    @Option(
            order = 14,
            names = "--ca",
            paramLabel = "FILE",
            description = "The authorities whose certificates are trusted, in PEM.")
    @Nullable
    Path ca;

    /** Whether any was named. */
    boolean areNamed() {
        return cert != null || key != null || passwordFile != null || ca != null;
    }

    /** A server with the certificate that was named, which clients verify; theirs are verified as {@code clientAuth} says. */
    ServerTls server(ClientAuth clientAuth) {
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

    /** A client that verifies its server's certificate and name. */
    ClientTls client() {
        return client(false, true);
    }

    ClientTls client(boolean trustAll, boolean verifyHost) {
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

    /** The own certificate, or null if none was named. */
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
            throw new CommandFailure(
                    "cannot read " + passwordFile + ". Name a file with --password-file that you may read.");
        }
    }
}
