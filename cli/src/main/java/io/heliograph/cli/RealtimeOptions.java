package io.heliograph.cli;

import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeCodec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What all commands that are a realtime client are told. */
final class RealtimeOptions {

    /** How packets are encoded. */
    enum Codec {
        json,
        min_bin;

        @Override
        public String toString() {
            return name().replace('_', '-');
        }

        RealtimeCodec codec() {
            return this == json ? RealtimeCodec.json() : RealtimeCodec.minBin();
        }
    }

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "URL",
            description =
                    "Where the server is: ws:// or wss://HOST:PORT[/path]; the path is /socketcluster/ unless given.")
    @SuppressWarnings("NullAway.Init")
    URI url;

    @Option(
            order = 90,
            names = "--token",
            paramLabel = "JWT",
            description =
                    "The token to authenticate with. Others can see it in the list of processes: prefer --token-file.")
    @Nullable
    String token;

    @Option(
            order = 91,
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file that holds the token (default: the variable HELIO_TOKEN, if it is set).")
    @Nullable
    Path tokenFile;

    @Option(
            order = 92,
            names = "--protocol",
            paramLabel = "N",
            defaultValue = "2",
            description = "The version of the protocol that the server speaks, 1 or 2 (default: ${DEFAULT-VALUE}).")
    int protocol;

    @Option(
            order = 93,
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "json",
            description = "json, or min-bin for sc-codec-min-bin (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Codec codec;

    @Option(
            order = 94,
            names = "--timeout",
            paramLabel = "D",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description = "How long connecting, and then an answer, may take (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration timeout;

    @Option(
            order = 95,
            names = "--max-message",
            paramLabel = "SIZE",
            defaultValue = "1MiB",
            converter = SizeConverter.class,
            description = "The longest message that is received (default: ${DEFAULT-VALUE}).")
    int maxMessage;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TlsFiles tlsFiles;

    @Option(
            order = 99,
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    /** The options of a client that is to connect when it is told to. */
    RealtimeClient.Builder client() {
        try {
            RealtimeClient.Builder builder = RealtimeClient.builder(endpoint())
                    .protocolVersion(protocol)
                    .codec(codec.codec())
                    .connectTimeout(timeout)
                    .ackTimeout(timeout)
                    .maxMessageBytes(maxMessage);
            return "wss".equals(url.getScheme()) ? builder.tls(tlsFiles.client()) : builder;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Event.messageOf(e), e);
        }
    }

    private URI endpoint() {
        boolean bare = url.getPath() == null
                || url.getPath().isEmpty()
                || url.getPath().equals("/");
        return bare && url.getHost() != null ? url.resolve("/socketcluster/") : url;
    }

    /** The token to present, or null for none. */
    @Nullable
    String token() {
        if (token != null) {
            return token;
        }
        if (tokenFile != null) {
            return Secrets.fromFile(spec, "--token-file", tokenFile);
        }
        return System.getenv("HELIO_TOKEN");
    }
}
