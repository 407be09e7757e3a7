package io.heliograph.cli.realtime;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Json;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.JsonArgument;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.realtime.spi.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code helio token sign}: prints a signed token. */
@Command(
        name = "sign",
        description = {"Signs a token and prints it as one line.", ""},
        footer = {
            "",
            "Examples:",
            "  helio token sign --auth-key-file key --subject ada --expires 15m",
            "  helio token sign --auth-key-file rsa.pem --algorithm PS256 '{\"sub\":\"ada\",\"team\":7}'"
        })
final class TokenSignCommand extends BaseCommand {

    @Parameters(
            paramLabel = "CLAIMS",
            arity = "0..1",
            defaultValue = "{}",
            description = "Claims, a JSON object; - reads standard input (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String claims;

    @Option(order = 1, names = "--subject", paramLabel = "NAME", description = "Claim sub: name of the principal.")
    @Nullable
    String subject;

    @Option(
            order = 2,
            names = "--role",
            paramLabel = "ROLE",
            description = "Adds a role to the claim roles. Repeatable.")
    List<String> roles = List.of();

    @Option(
            order = 3,
            names = "--expires",
            paramLabel = "D",
            defaultValue = "1h",
            converter = DurationConverter.class,
            description = "Lifetime, unless the claims have exp (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration expires;

    @Option(order = 4, names = "--kid", paramLabel = "ID", description = "Member kid of the header: name of the key.")
    @Nullable
    String keyId;

    @Option(
            order = 5,
            names = "--algorithm",
            paramLabel = "NAME",
            description =
                    "HS256, HS384, HS512, RS256, …, PS256, …, ES256, ES384 or ES512 (default: HS256 for a secret, RS256 for an RSA"
                            + " key, the algorithm of the curve for an EC key).")
    @Nullable
    String algorithm;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    AuthKeyOptions key;

    TokenSignCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws IOException {
        Map<String, Object> members = members();
        String secret = build(() -> key.required(spec));
        Tokens tokens = build(() -> tokens(secret));
        try {
            terminal.out().addLine(tokens.signToken(members, options(members)).join());
        } catch (CompletionException failed) {
            throw new CommandFailure("the token cannot be signed: " + Event.messageOf(Failures.unwrap(failed)));
        }
        return ExitCode.SUCCESS;
    }

    private Tokens tokens(String secret) {
        InstantSource clock = InstantSource.system();
        return algorithm == null
                ? Tokens.of(List.of(secret), Duration.ofDays(1), Duration.ZERO, clock)
                : Tokens.signing(secret, algorithm, clock);
    }

    private Map<String, Object> members() throws IOException {
        String expected = "a JSON object such as '{\"sub\":\"ada\"}'";
        Object value = Json.read(
                JsonArgument.payload(spec, terminal, "CLAIMS", claims, expected).text());
        return build(() -> {
            if (!(value instanceof Map<?, ?> object)) {
                throw new IllegalArgumentException("CLAIMS: " + claims + " (expected: " + expected + ")");
            }
            Map<String, Object> members = new LinkedHashMap<>();
            object.forEach((name, member) -> put(members, String.valueOf(name), member));
            addOnce(members, "sub", "--subject", subject);
            addOnce(members, "roles", "--role", roles.isEmpty() ? null : roles);
            return members;
        });
    }

    /** Admits null, which is a valid claim in JSON. */
    @SuppressWarnings("NullAway")
    private static void put(Map<String, Object> members, String name, @Nullable Object value) {
        members.put(name, value);
    }

    private static void addOnce(Map<String, Object> members, String claim, String option, @Nullable Object value) {
        if (value == null) {
            return;
        }
        if (members.containsKey(claim)) {
            throw new IllegalArgumentException(
                    option + ": CLAIMS has the member " + claim + " as well (expected: one of them)");
        }
        members.put(claim, value);
    }

    private TokenOptions options(Map<String, Object> members) {
        TokenOptions.Builder options = TokenOptions.builder();
        if (!members.containsKey("exp")) {
            options.expiresIn(expires);
        }
        if (keyId != null) {
            options.keyId(keyId);
        }
        return options.build();
    }
}
