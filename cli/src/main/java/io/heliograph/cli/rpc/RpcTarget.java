package io.heliograph.cli.rpc;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.codec.Payload;
import io.heliograph.internal.Failures;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.rpc.RpcException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options of all RPC client commands: server, codec, time-out. */
class RpcTarget {

    @Spec(Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "URL",
            description = "Address of the server: ws://host:port/namespace, or unix:/path or tcp://host:port for"
                    + " Heliograph servers.")
    @SuppressWarnings("NullAway.Init")
    String url;

    @Option(names = "--msgpack", description = "Uses MessagePack instead of JSON.")
    boolean msgpack;

    @Option(
            names = "--timeout",
            paramLabel = "D",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description =
                    "Time-out for connecting and for the response, such as 500ms or 2s (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration timeout;

    /** Use of a connection; the result completes at the end of the use. */
    @FunctionalInterface
    interface Exchange {
        CompletableFuture<?> with(RpcClient client);
    }

    /** Connects, runs the exchange within the time-out, and closes. */
    int run(Terminal terminal, Exchange exchange) throws InterruptedException {
        RpcClient client = build();
        try {
            await(client.connect().thenCompose(connected -> exchange.with(client)), client, terminal);
        } finally {
            client.closeGracefully(Duration.ofSeconds(1)).join();
        }
        return ExitCode.SUCCESS;
    }

    private void await(CompletableFuture<?> done, RpcClient client, Terminal terminal) throws InterruptedException {
        try {
            CompletableFuture.anyOf(done, terminal.interrupted()).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw late(client);
        } catch (ExecutionException e) {
            throw failure(Failures.unwrap(e));
        }
        if (!done.isDone()) {
            throw new CommandFailure("interrupted.");
        }
    }

    /** Returns the report of a time-out. */
    CommandFailure late(RpcClient client) {
        return new CommandFailure((client.isConnected() ? "no response from " : "no connection to ")
                + url
                + " within "
                + timeout.toMillis()
                + " ms. Increase --timeout.");
    }

    RpcClient build() {
        try {
            RpcClient client = builder()
                    .codec(msgpack ? RpcCodec.MSGPACK : RpcCodec.JSON)
                    .reconnect(false)
                    .maxMessageBytes(100 << 20)
                    .build();
            client.onError(failure -> {}); // the failed future reports it
            return client;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "URL: '"
                            + url
                            + "' (expected: ws://host:port/namespace, wss://host:port/namespace,"
                            + " unix:/path or tcp://host:port)",
                    e);
        }
    }

    private RpcClient.Builder builder() {
        if (url.startsWith("unix:") || url.startsWith("tcp:")) {
            return RpcClient.builder(Address.parse(url), "/");
        }
        if (url.startsWith("ws:") || url.startsWith("wss:")) {
            return RpcClient.builder(URI.create(url));
        }
        throw new IllegalArgumentException("URL: '"
                + url
                + "' (expected: ws://host:port/namespace, wss://host:port/namespace, unix:/path or"
                + " tcp://host:port)");
    }

    /** Returns the report of a failure: code and message of an error response. */
    static CommandFailure failure(Throwable cause) {
        if (cause instanceof RpcException error) {
            return new CommandFailure((error.code() == 0 ? "" : error.code() + " ") + Event.messageOf(error));
        }
        return new CommandFailure(Event.messageOf(cause));
    }

    static CommandFailure ended(CloseReason reason) {
        return new CommandFailure(
                switch (reason) {
                    case CloseReason.Remote(int code, String text) ->
                        "the server closed the connection with code " + code + (text.isEmpty() ? "" : ": " + text);
                    case CloseReason.Failed failed -> Event.messageOf(failed.cause());
                    case CloseReason.Local() -> "closed";
                });
    }

    /** Returns the value to send: an unchanged JSON payload, or the decoded value for MessagePack. */
    @Nullable
    Object sent(Payload payload) {
        return msgpack ? payload.value() : payload;
    }
}
