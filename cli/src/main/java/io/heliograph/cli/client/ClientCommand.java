package io.heliograph.cli.client;

import io.heliograph.HeliographException;
import io.heliograph.UnreachableException;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.ConnectFailure;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.cli.option.ServerUserOptions;
import io.heliograph.codec.Payload;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.SocketProtocolException;
import io.heliograph.rpc.RpcException;
import io.heliograph.server.CallException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** Base of client commands for every protocol: connection, login, and failures in one line. */
abstract class ClientCommand extends EventCommand {

    @Mixin
    @SuppressWarnings("NullAway.Init")
    HubClientOptions options;

    ClientCommand(Terminal terminal) {
        super(terminal);
    }

    /**
     * Connects, authenticates, runs {@code work} and closes.
     *
     * @throws CommandFailure if a step fails or times out
     */
    final <T> T request(EventPrinter printer, Function<HubClient, CompletableFuture<T>> work) throws IOException {
        Payload credentials = options.client.login.credentials(spec, terminal);
        CompletableFuture<T> result = new CompletableFuture<>();
        HubClient client = options.create(new FailureListener(result), false);
        try {
            open(client, credentials).thenCompose(ready -> work.apply(client)).whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failure);
                }
            });
            return await(result, printer, options.total());
        } catch (CompletionException e) {
            throw failure(client, e);
        } finally {
            client.endpoint().closeGracefully(options.client.grace.duration).join();
        }
    }

    /** Connects; the result completes after the authentication, if a token or credentials are present. */
    final CompletableFuture<Void> open(HubClient client, @Nullable Payload credentials) {
        CompletableFuture<Void> opened = client.connect();
        String token = options.token();
        CompletableFuture<Void> authenticated =
                token == null ? opened : opened.thenCompose(ready -> client.authenticate(token));
        return credentials == null ? authenticated : authenticated.thenCompose(ready -> client.login(credentials));
    }

    /** Returns the report of a failure. */
    final CommandFailure failure(HubClient client, Throwable thrown) {
        Throwable cause = Failures.unwrap(thrown);
        if (cause instanceof SocketProtocolException && cause.getCause() != null) {
            // Code 1006 carries no information; the cause does.
            return ConnectFailure.of(cause.getCause());
        }
        return switch (cause) {
            case CommandFailure known -> known;
            case TimeoutException late ->
                new CommandFailure((client.isConnected() ? "no response from " : "no connection to ")
                        + options.url
                        + " within "
                        + options.client.timeout.toMillis()
                        + " ms. Check that the server handles this request, or increase --timeout.");
            case RpcException error ->
                new CommandFailure((error.code() == 0 ? "" : error.code() + " ") + Event.messageOf(error));
            case UnreachableException absent
            when options.url.startsWith("unix:") ->
                new CommandFailure(Event.messageOf(absent) + ". "
                        + ServerUserOptions.remedy(absent, "Start a hub there with 'helio serve --socket'."));
            case UnreachableException absent -> ConnectFailure.of(absent);
            case UpgradeRefusedException refused -> ConnectFailure.of(refused);
            case HeliographException known -> new CommandFailure(known.errorName() + ": " + Event.messageOf(known));
            default -> ConnectFailure.of(cause);
        };
    }

    /** Listener of a single request, which the failure of the connection fails. */
    private record FailureListener(CompletableFuture<?> result) implements HubClient.Listener {

        @Override
        public void failed(Throwable failure) {
            if (failure instanceof UnreachableException || failure instanceof CallException) {
                result.completeExceptionally(failure);
            }
        }
    }
}
