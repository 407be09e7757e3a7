package io.heliograph.cli.realtime;

import io.heliograph.HeliographException;
import io.heliograph.UnreachableException;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.ConnectFailure;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.codec.Payload;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SocketProtocolException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** Base of realtime client commands: connection, login, and failures in one line. */
abstract class RealtimeCall extends EventCommand {

    @Mixin
    @SuppressWarnings("NullAway.Init")
    RealtimeOptions options;

    RealtimeCall(Terminal terminal) {
        super(terminal);
    }

    /**
     * Connects, authenticates, runs {@code work} and closes.
     *
     * @throws CommandFailure if a step fails or times out
     */
    final <T> T request(EventPrinter printer, Function<RealtimeClient, CompletableFuture<T>> work) throws IOException {
        Payload credentials = options.client.login.credentials(spec, terminal);
        RealtimeClient client = options.builder().autoReconnect(false).build();
        try {
            return await(
                    open(client, credentials).thenCompose(ready -> work.apply(client)),
                    printer,
                    options.client.timeout.multipliedBy(2));
        } catch (CompletionException e) {
            throw failure(e);
        } finally {
            client.closeGracefully(options.client.grace.duration).join();
        }
    }

    /** Connects; the result completes after the authentication, if a token or credentials are present. */
    final CompletableFuture<Void> open(RealtimeClient client, @Nullable Payload credentials) {
        CompletableFuture<Void> opened = new CompletableFuture<>();
        client.on(ClientEvent.Failure.class, failure -> opened.completeExceptionally(failure.error()));
        client.on(ClientEvent.Connect.class, connected -> opened.complete(null));
        client.connect().whenComplete((connected, failure) -> {
            if (failure != null) {
                opened.completeExceptionally(failure);
            }
        });
        String token = options.token();
        CompletableFuture<Void> authenticated =
                token == null ? opened : opened.thenCompose(ready -> authenticate(client, token));
        return credentials == null
                ? authenticated
                : authenticated.thenCompose(
                        ready -> client.invoke("login", credentials).thenAccept(answer -> {}));
    }

    private static CompletableFuture<Void> authenticate(RealtimeClient client, String token) {
        return client.authenticate(token).thenAccept(status -> {
            if (client.authState() != AuthState.AUTHENTICATED) {
                throw new CommandFailure("the server rejected the token.");
            }
        });
    }

    /** Returns the report of a failure. */
    final CommandFailure failure(Throwable thrown) {
        Throwable cause = Failures.unwrap(thrown);
        if (cause instanceof CommandFailure known) {
            return known;
        }
        if (cause instanceof TimeoutException) {
            return new CommandFailure("no response from "
                    + options.url
                    + " within "
                    + options.client.timeout.toMillis()
                    + " ms. Check that the server handles this request, or increase --timeout.");
        }
        if (cause instanceof SocketProtocolException && cause.getCause() != null) {
            // Code 1006 carries no information; the cause does.
            return ConnectFailure.of(cause.getCause());
        }
        boolean unreachable = cause instanceof UnreachableException || cause instanceof UpgradeRefusedException;
        return cause instanceof HeliographException known && !unreachable
                ? new CommandFailure(known.errorName() + ": " + Event.messageOf(known))
                : ConnectFailure.of(cause);
    }
}
