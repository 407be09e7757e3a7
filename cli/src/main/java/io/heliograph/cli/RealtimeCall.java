package io.heliograph.cli;

import io.heliograph.HeliographException;
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

/** One connection of a realtime client for one thing to do; a failure is one line that names it. */
final class RealtimeCall {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Terminal terminal;
    private final RealtimeOptions options;

    RealtimeCall(Terminal terminal, RealtimeOptions options) {
        this.terminal = terminal;
        this.options = options;
    }

    /**
     * Connects, authenticates if there is a token, and does {@code work}.
     *
     * @throws CommandFailure if any of that fails, or does not end in time
     */
    <T> T run(Function<RealtimeClient, CompletableFuture<T>> work) throws InterruptedException {
        RealtimeClient client = options.client().autoReconnect(false).build();
        try {
            CompletableFuture<T> done = open(client).thenCompose(ready -> work.apply(client));
            CompletableFuture.anyOf(done, terminal.interrupted())
                    .get(2 * options.timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!done.isDone()) {
                throw new CommandFailure("interrupted before it was done.");
            }
            return done.join();
        } catch (TimeoutException e) {
            throw new CommandFailure("no answer within "
                    + options.timeout.toMillis()
                    + " ms. See whether the server serves this, or wait longer with --timeout.");
        } catch (ExecutionException e) {
            throw failure(e);
        } finally {
            client.closeGracefully(GRACE).join();
        }
    }

    /** Completes when the client is connected and, where there is a token, authenticated. */
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
                throw new CommandFailure("the server did not accept the token.");
            }
        });
    }

    /** The one line that says what the server, or the way to it, had against it. */
    static CommandFailure failure(Throwable thrown) {
        Throwable cause = Event.unwrapped(thrown);
        if (cause instanceof CommandFailure told) {
            return told;
        }
        if (cause instanceof SocketProtocolException && cause.getCause() != null) {
            // The code is 1006, which says nothing; what is behind it does.
            return new CommandFailure(Event.messageOf(cause.getCause()) + ".");
        }
        return new CommandFailure(
                cause instanceof RealtimeException
                        ? ((HeliographException) cause).errorName() + ": " + Event.messageOf(cause)
                        : Event.messageOf(cause) + ".");
    }
}
