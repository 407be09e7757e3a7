package io.heliograph.cli.realtime;

import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.ClientOptions;
import io.heliograph.cli.option.SecretFile;
import io.heliograph.realtime.RealtimeClient;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Options of all realtime client commands. */
final class RealtimeOptions {

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
            order = 22,
            names = "--token",
            paramLabel = "JWT",
            description = "Token for the authentication. Visible in the list of processes: prefer --token-file.")
    @Nullable
    String token;

    @Option(
            order = 23,
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the token (default: the variable HELIO_TOKEN, if set).")
    @Nullable
    Path tokenFile;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    PacketOptions packets;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ClientOptions client;

    /** Returns a builder with these options. */
    RealtimeClient.Builder builder() {
        return BaseCommand.build(spec, () -> {
            RealtimeClient.Builder builder = RealtimeClient.builder(endpoint())
                    .protocolVersion(packets.protocol)
                    .codec(packets.codec.codec())
                    .connectTimeout(client.timeout)
                    .ackTimeout(client.timeout)
                    .maxMessageBytes(client.maxMessage.bytes);
            boolean encrypted = client.tls.isEncrypted(url.toString());
            return encrypted ? builder.tls(client.tls.load()) : builder;
        });
    }

    private URI endpoint() {
        boolean bare = url.getPath() == null
                || url.getPath().isEmpty()
                || url.getPath().equals("/");
        return bare && url.getRawAuthority() != null ? url.resolve("/socketcluster/") : url;
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
