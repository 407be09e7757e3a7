package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.option.SecretFile;
import io.heliograph.server.config.HubConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Key that signs and verifies authentication tokens. */
final class AuthKeyOptions {

    /** Minimum length of a secret, the output length of SHA-256 (RFC 7518, section 3.2). */
    private static final int MIN_BYTES = 32;

    private static final String VARIABLE = "HELIO_AUTH_KEY";
    private static final String FILE = "--auth-key-file";

    @Option(
            order = 20,
            names = "--auth-key",
            paramLabel = "KEY",
            description = "Secret that signs tokens, at least 32 bytes. Visible in the list of processes: prefer"
                    + " --auth-key-file.")
    @Nullable
    String authKey;

    @Option(
            order = 21,
            names = FILE,
            paramLabel = "FILE",
            description =
                    "File with the secret, or with a private key and its public key or certificate, RSA or EC in PEM"
                            + " (default: the variable HELIO_AUTH_KEY, or a new secret at each start). Read again at SIGHUP.")
    @Nullable
    Path authKeyFile;

    @Option(order = 22, names = "--weak-key", description = "Accepts a secret of fewer than 32 bytes: for tests only.")
    boolean weakKey;

    /** Whether a key is present. */
    boolean isPresent() {
        return authKey != null || authKeyFile != null || System.getenv(VARIABLE) != null;
    }

    /**
     * Adds the key to a configuration, if one is present.
     *
     * @throws IllegalArgumentException if the secret is too short
     */
    void addTo(HubConfig.Sources sources, CommandSpec spec) {
        String key = key(spec);
        if (weakKey) {
            sources.set("auth.weak-keys", "true", "--weak-key");
        }
        if (key != null) {
            String origin = authKey != null
                    ? "--auth-key"
                    : authKeyFile != null ? FILE + " " + authKeyFile : "environment " + VARIABLE;
            sources.set("auth.keys[0].key", key, origin);
        }
    }

    /**
     * Returns the key.
     *
     * @throws IllegalArgumentException if no key is present, or the secret is too short
     */
    String required(CommandSpec spec) {
        String key = key(spec);
        if (key == null) {
            throw new IllegalArgumentException(
                    "no key (expected: --auth-key-file FILE, or the variable " + VARIABLE + ")");
        }
        return key;
    }

    /** Runs an action that rejects an invalid key; the failure names the file. */
    void name(Runnable action) {
        try {
            action.run();
        } catch (IllegalArgumentException invalid) {
            String message = Event.messageOf(invalid);
            if (authKeyFile == null || !message.startsWith("authKey: ")) {
                throw invalid;
            }
            throw new IllegalArgumentException(
                    FILE + ": " + authKeyFile + ": " + message.substring("authKey: ".length()), invalid);
        }
    }

    private @Nullable String key(CommandSpec spec) {
        if (authKey != null) {
            return checked("--auth-key", authKey);
        }
        if (authKeyFile != null) {
            return checked(FILE, SecretFile.read(spec, FILE, authKeyFile));
        }
        String variable = System.getenv(VARIABLE);
        return variable == null ? null : checked(VARIABLE, variable);
    }

    private String checked(String source, String secret) {
        int bytes = secret.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < MIN_BYTES && !weakKey && !isPem(secret)) {
            throw new IllegalArgumentException(source + ": " + bytes + " bytes (expected: at least " + MIN_BYTES
                    + ", such as the output of 'openssl rand -hex 32', or --weak-key)");
        }
        return secret;
    }

    private static boolean isPem(String key) {
        return key.contains("-----BEGIN ");
    }
}
