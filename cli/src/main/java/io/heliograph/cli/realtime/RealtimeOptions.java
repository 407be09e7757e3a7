package io.heliograph.cli.realtime;

import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.MaxMessageOption;
import io.heliograph.cli.option.SecretFile;
import io.heliograph.cli.option.TlsFiles;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeCodec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Options of all realtime client commands. */
final class RealtimeOptions {

    /** Encoding of packets. */
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
            description = "Address of the server: ws:// or wss://HOST:PORT[/path] (default path: /socketcluster/).")
    @SuppressWarnings("NullAway.Init")
    URI url;

    @Option(
            order = 90,
            names = "--token",
            paramLabel = "JWT",
            description = "Token for the authentication. Visible in the list of processes: prefer --token-file.")
    @Nullable
    String token;

    @Option(
            order = 91,
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the token (default: the variable HELIO_TOKEN, if set).")
    @Nullable
    Path tokenFile;

    @Option(
            order = 92,
            names = "--protocol",
            paramLabel = "N",
            defaultValue = "2",
            description = "Protocol version of the server, 1 or 2 (default: ${DEFAULT-VALUE}).")
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
            description = "Time-out for connecting and for a response (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration timeout;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    MaxMessageOption maxMessage;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TlsFiles tlsFiles;

    /** Returns a builder with these options. */
    RealtimeClient.Builder client() {
        return BaseCommand.build(spec, () -> {
            RealtimeClient.Builder builder = RealtimeClient.builder(endpoint())
                    .protocolVersion(protocol)
                    .codec(codec.codec())
                    .connectTimeout(timeout)
                    .ackTimeout(timeout)
                    .maxMessageBytes(maxMessage.bytes);
            return "wss".equals(url.getScheme()) ? builder.tls(tlsFiles.client()) : builder;
        });
    }

    private URI endpoint() {
        boolean bare = url.getPath() == null
                || url.getPath().isEmpty()
                || url.getPath().equals("/");
        return bare && url.getHost() != null ? url.resolve("/socketcluster/") : url;
    }

    /** Returns the token, or null if absent. */
    @Nullable
    String token() {
        if (token != null) {
            return token;
        }
        if (tokenFile != null) {
            return SecretFile.read(spec, "--token-file", tokenFile);
        }
        return System.getenv("HELIO_TOKEN");
    }
}
