package io.heliograph.cli;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.codec.Payload;
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

/** Which server a command talks to, and how. */
class RpcTarget {

    @Spec(Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "URL",
            description = "Where the server is: ws://host:port/namespace, or for one of this library"
                    + " unix:/path or tcp://host:port.")
    @SuppressWarnings("NullAway.Init")
    String url;

    @Option(names = "--msgpack", description = "Speaks MessagePack instead of JSON.")
    boolean msgpack;

    @Option(
            names = "--timeout",
            paramLabel = "D",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description =
                    "How long connecting and waiting for the answer may take, such as 500ms or 2s (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration timeout;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    /** What is done with a connection; the result completes when it is done. */
    @FunctionalInterface
    interface Exchange {
        CompletableFuture<?> with(RpcClient client);
    }

    /** Connects, does it within the time, and closes. */
    int run(Terminal terminal, Exchange exchange) throws InterruptedException {
        RpcClient client = build();
        try {
            await(client.connect().thenCompose(connected -> exchange.with(client)), client, terminal);
        } finally {
            client.closeGracefully(Duration.ofSeconds(1)).join();
        }
        return Helio.DONE;
    }

    private void await(CompletableFuture<?> done, RpcClient client, Terminal terminal) throws InterruptedException {
        try {
            CompletableFuture.anyOf(done, terminal.interrupted()).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw late(client);
        } catch (ExecutionException e) {
            throw failure(Event.unwrapped(e));
        }
        if (!done.isDone()) {
            throw new CommandFailure("interrupted before it was done.");
        }
    }

    /** What has taken longer than it may. */
    CommandFailure late(RpcClient client) {
        return new CommandFailure((client.isConnected() ? "no answer from " : "no connection to ")
                + url
                + " within "
                + timeout.toMillis()
                + " ms. Wait longer with --timeout.");
    }

    RpcClient build() {
        try {
            RpcClient client = builder()
                    .codec(msgpack ? RpcCodec.MSGPACK : RpcCodec.JSON)
                    .reconnect(false)
                    .maxMessageBytes(100 << 20)
                    .build();
            client.onError(failure -> {}); // told by what fails for it
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

    /** One line: code and message of an answer that is an error. */
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

    /** What is sent for a payload: in JSON the text as it was given, with all its digits; in MessagePack its value. */
    @Nullable
    Object sent(Payload payload) {
        return msgpack ? payload.value() : payload;
    }
}
