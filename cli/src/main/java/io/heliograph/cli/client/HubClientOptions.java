package io.heliograph.cli.client;

import io.heliograph.Address;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.cli.option.ClientOptions;
import io.heliograph.cli.option.PacketOptions;
import io.heliograph.cli.option.SecretFile;
import io.heliograph.cli.option.ServerUserOptions;
import io.heliograph.ipc.IpcClient;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcCodec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Options of clients whose protocol the address selects. */
final class HubClientOptions {

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "URL",
            description = "Address of the server, which selects the protocol: ws:// or wss://HOST:PORT[/path] for"
                    + " SocketCluster (default path: /socketcluster/), ws://HOST:PORT/rpc[/namespace] or tcp://HOST:PORT"
                    + " for RPC, unix:PATH for IPC.")
    @SuppressWarnings("NullAway.Init")
    String url;

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

    @Option(order = 9, names = "--msgpack", description = "Uses MessagePack instead of JSON, for RPC.")
    boolean msgpack;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ServerUserOptions serverUsers;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ClientOptions client;

    /**
     * Creates the client.
     *
     * @param reconnect whether the client reconnects and subscribes again when the connection is lost
     */
    HubClient create(HubClient.Listener listener, boolean reconnect) {
        return BaseCommand.build(spec, () -> switch (RemoteProtocol.of(url)) {
            case SOCKETCLUSTER -> new RealtimeHubClient(realtime(reconnect), listener);
            case RPC -> new RpcHubClient(rpc(reconnect), msgpack, listener);
            case IPC -> new IpcHubClient(ipc(reconnect), client.timeout, listener);
        });
    }

    private RealtimeClient realtime(boolean reconnect) {
        RealtimeClient.Builder builder = RealtimeClient.builder(endpoint())
                .protocolVersion(packets.protocol)
                .codec(packets.codec.codec())
                .autoReconnect(reconnect)
                .connectTimeout(client.timeout)
                .ackTimeout(client.timeout)
                .maxMessageBytes(client.maxMessage.bytes)
                .maxSentMessageBytes(client.maxMessage.bytes);
        if (client.tls.isEncrypted(url)) {
            builder.tls(client.tls.load());
        }
        return builder.build();
    }

    private URI endpoint() {
        URI given = RemoteProtocol.uri(url);
        boolean bare = given.getPath() == null
                || given.getPath().isEmpty()
                || given.getPath().equals("/");
        return bare && given.getRawAuthority() != null ? given.resolve("/socketcluster/") : given;
    }

    private RpcClient rpc(boolean reconnect) {
        RpcClient.Builder builder = url.regionMatches(true, 0, "tcp:", 0, 4)
                ? RpcClient.builder(Address.parse(url), "/")
                : RpcClient.builder(RemoteProtocol.uri(url));
        if (client.tls.isEncrypted(url)) {
            builder.tls(client.tls.load());
        }
        return builder.codec(msgpack ? RpcCodec.MSGPACK : RpcCodec.JSON)
                .reconnect(reconnect)
                .maxReconnects(0)
                .connectTimeout(client.timeout)
                .callTimeout(client.timeout)
                .maxMessageBytes(client.maxMessage.bytes)
                .build();
    }

    private IpcClient ipc(boolean reconnect) {
        client.tls.isEncrypted(url);
        Path file = ((Address.Unix) Address.parse(url)).path();
        return serverUsers
                .applyTo(IpcClient.builder(file).maxMessageBytes(client.maxMessage.bytes))
                .connectTimeout(client.timeout)
                .maxAttempts(reconnect ? 0 : 1)
                .linger(client.grace.duration)
                .build();
    }

    /** Returns the time in which a request must be answered, with the time to connect. */
    Duration total() {
        return client.timeout.multipliedBy(2);
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
