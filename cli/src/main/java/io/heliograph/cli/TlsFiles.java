package io.heliograph.cli;

import io.heliograph.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The files that TLS takes keys and certificates from. */
final class TlsFiles {

    @Option(
            order = 11,
            names = "--cert",
            paramLabel = "FILE",
            description =
                    "The own certificate: a PKCS#12 file with its key, or PEM together with --key.")
    @Nullable Path cert;

    @Option(
            order = 12,
            names = "--key",
            paramLabel = "FILE",
            description = "The key of a PEM certificate, PKCS#8 in PEM.")
    @Nullable Path key;

    @Option(
            order = 13,
            names = "--password-file",
            paramLabel = "FILE",
            description =
                    "The first line is the password of the PKCS#12 file (default: an empty one).")
    @Nullable Path passwordFile;

    @Option(
            order = 14,
            names = "--ca",
            paramLabel = "FILE",
            description = "The authorities whose certificates are trusted, in PEM.")
    @Nullable Path ca;

    /** The own certificate, or null if none was named. */
    @Nullable TlsIdentity identity() {
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
                    "cannot read "
                            + passwordFile
                            + ". Name a file with --password-file that you may read.");
        }
    }
}
