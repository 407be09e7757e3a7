package io.heliograph.cli.realtime;

import io.heliograph.HeliographException;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.Terminal;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.SocketProtocolException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Connection for one request; reports a failure in one line. */
final class RealtimeCall {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Terminal terminal;
    private final RealtimeOptions options;

    RealtimeCall(Terminal terminal, RealtimeOptions options) {
        this.terminal = terminal;
        this.options = options;
    }

    /**
     * Connects, authenticates if a token is present, and runs {@code work}.
     *
     * @throws CommandFailure if a step fails or times out
     */
    <T> T run(Function<RealtimeClient, CompletableFuture<T>> work) throws InterruptedException {
        RealtimeClient client = options.client().autoReconnect(false).build();
        try {
            CompletableFuture<T> done = open(client).thenCompose(ready -> work.apply(client));
            CompletableFuture.anyOf(done, terminal.interrupted())
                    .get(2 * options.timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!done.isDone()) {
                throw new CommandFailure("interrupted.");
            }
            return done.join();
        } catch (TimeoutException e) {
            throw new CommandFailure("no response within "
                    + options.timeout.toMillis()
                    + " ms. Check that the server handles this request, or increase --timeout.");
        } catch (ExecutionException e) {
            throw failure(e);
        } finally {
            client.closeGracefully(GRACE).join();
        }
    }

    /** Connects; the result completes after the authentication, if a token is present. */
    CompletableFuture<Void> open(RealtimeClient client) {
        CompletableFuture<Void> opened = new CompletableFuture<>();
        client.on(ClientEvent.Failure.class, failure -> opened.completeExceptionally(failure.error()));
        client.on(ClientEvent.Connect.class, connected -> opened.complete(null));
        client.connect().whenComplete((connected, failure) -> {
            if (failure != null) {
                opened.completeExceptionally(failure);
            }
        });
        String token = options.token();
        return token == null ? opened : opened.thenCompose(ready -> authenticate(client, token));
    }

    private static CompletableFuture<Void> authenticate(RealtimeClient client, String token) {
        return client.authenticate(token).thenAccept(status -> {
            if (client.authState() != AuthState.AUTHENTICATED) {
                throw new CommandFailure("the server rejected the token.");
            }
        });
    }

    /** Returns the report of a failure. */
    static CommandFailure failure(Throwable thrown) {
        Throwable cause = Failures.unwrap(thrown);
        if (cause instanceof CommandFailure known) {
            return known;
        }
        if (cause instanceof SocketProtocolException && cause.getCause() != null) {
            // Code 1006 carries no information; the cause does.
            return new CommandFailure(Event.messageOf(cause.getCause()) + ".");
        }
        return new CommandFailure(
                cause instanceof RealtimeException
                        ? ((HeliographException) cause).errorName() + ": " + Event.messageOf(cause)
                        : Event.messageOf(cause) + ".");
    }
}
