package io.heliograph.cli.rpc;

import io.heliograph.Address;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.ClientOptions;
import io.heliograph.cli.option.ConnectFailure;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.codec.Payload;
import io.heliograph.internal.Failures;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.rpc.RpcException;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Base of RPC client commands: connection, login, and failures in one line. */
abstract class RpcCall extends EventCommand {

    private static final String FORMS =
            "ws://host:port/namespace, wss://host:port/namespace, unix:/path or tcp://host:port";

    @Parameters(
            index = "0",
            paramLabel = "URL",
            description =
                    "Address of the server: ws:// or wss://HOST:PORT[/namespace], or unix:/path or tcp://host:port for"
                            + " Heliograph servers.")
    @SuppressWarnings("NullAway.Init")
    String url;

    @Option(order = 7, names = "--msgpack", description = "Uses MessagePack instead of JSON.")
    boolean msgpack;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    ClientOptions options;

    RpcCall(Terminal terminal) {
        super(terminal);
    }

    /**
     * Connects, logs in, runs {@code work} within the time-out, and closes.
     *
     * @throws CommandFailure if a step fails or times out
     */
    final <T> T request(EventPrinter printer, Function<RpcClient, CompletableFuture<T>> work) throws IOException {
        Payload credentials = options.login.credentials(spec, terminal);
        RpcClient client = client();
        try {
            return await(open(client, credentials).thenCompose(ready -> work.apply(client)), printer, options.timeout);
        } catch (CompletionException e) {
            throw failure(client, e);
        } finally {
            client.closeGracefully(options.grace.duration).join();
        }
    }

    /** Connects; the result completes after the login, if credentials are present. */
    final CompletableFuture<Void> open(RpcClient client, @Nullable Payload credentials) {
        CompletableFuture<Void> connected = client.connect().thenAccept(ready -> {});
        return credentials == null
                ? connected
                : connected
                        .thenCompose(ready -> client.login(sent(credentials)))
                        .thenAccept(loggedIn -> {
                            if (!Boolean.TRUE.equals(loggedIn)) {
                                throw new CommandFailure("the server rejected the credentials.");
                            }
                        });
    }

    final RpcClient client() {
        return build(() -> {
            RpcClient.Builder builder =
                    switch (url.substring(0, Math.max(0, url.indexOf(':'))).toLowerCase(Locale.ROOT)) {
                        case "ws", "wss", "http", "https" -> RpcClient.builder(uri());
                        case "unix", "tcp" -> RpcClient.builder(Address.parse(url), "/");
                        default -> throw invalid(null);
                    };
            if (options.tls.isEncrypted(url)) {
                builder.tls(options.tls.load());
            }
            RpcClient client = builder.codec(msgpack ? RpcCodec.MSGPACK : RpcCodec.JSON)
                    .reconnect(false)
                    .maxMessageBytes(options.maxMessage.bytes)
                    .build();
            client.onError(failure -> {}); // the failed future reports it
            return client;
        });
    }

    private URI uri() {
        try {
            return URI.create(url);
        } catch (IllegalArgumentException e) {
            throw invalid(e);
        }
    }

    private IllegalArgumentException invalid(@Nullable Throwable cause) {
        return new IllegalArgumentException("URL: '" + url + "' (expected: " + FORMS + ")", cause);
    }

    /** Returns the report of a failure: code and message of an error response. */
    final CommandFailure failure(RpcClient client, Throwable thrown) {
        return switch (Failures.unwrap(thrown)) {
            case CommandFailure known -> known;
            case TimeoutException late ->
                new CommandFailure((client.isConnected() ? "no response from " : "no connection to ")
                        + url
                        + " within "
                        + options.timeout.toMillis()
                        + " ms. Increase --timeout.");
            case RpcException error ->
                new CommandFailure((error.code() == 0 ? "" : error.code() + " ") + Event.messageOf(error));
            case Throwable other -> ConnectFailure.of(other);
        };
    }

    /** Returns the value to send: an unchanged JSON payload, or the decoded value for MessagePack. */
    final @Nullable Object sent(Payload payload) {
        return msgpack ? payload.value() : payload;
    }
}
