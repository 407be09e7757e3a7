package io.heliograph.cli.option;

import io.heliograph.Endpoint;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.console.Terminal;
import io.heliograph.internal.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** Base of all commands that print events. */
public abstract class EventCommand extends BaseCommand {

    @Mixin
    @SuppressWarnings("NullAway.Init")
    OutputOptions output;

    private @Nullable StandardInput<?> input;

    protected EventCommand(Terminal terminal) {
        super(terminal);
    }

    /** Runs this command; a failure is a {@link CommandFailure} or an invalid option. */
    protected abstract void run(EventPrinter printer) throws Exception;

    /** Returns a printer to another terminal, with the options of this command. */
    protected final EventPrinter printer(Terminal other) {
        return output.printer(other);
    }

    @Override
    public final Integer call() throws Exception {
        EventPrinter printer = output.printer(terminal);
        try {
            run(printer);
        } finally {
            printer.close();
        }
        return ExitCode.SUCCESS;
    }

    /**
     * Starts endpoints, waits for the end of the command, and closes them gracefully, in order. The command ends at a signal, when
     * standard output or an endpoint is closed, or when {@code start} completes.
     *
     * @param start starts the endpoints; its result completes at the end of the work, or never
     * @param grace maximum duration of the close
     * @param advice report of a failure of {@code start}
     */
    protected final void operate(
            EventPrinter printer,
            Duration grace,
            Supplier<CompletableFuture<?>> start,
            Function<Throwable, CommandFailure> advice,
            Endpoint... endpoints) {
        try {
            List<CompletableFuture<?>> ends = new ArrayList<>(List.of(terminal.interrupted(), printer.broken()));
            for (Endpoint endpoint : endpoints) {
                ends.add(endpoint.closed());
            }
            ends.add(start.get());
            CompletableFuture.anyOf(ends.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw Failures.unwrap(e) instanceof CommandFailure known ? known : advice.apply(Failures.unwrap(e));
        } finally {
            if (input != null) {
                input.stop();
            }
            for (Endpoint endpoint : endpoints) {
                end(endpoint, grace, printer).join();
            }
        }
    }

    /** Closes an endpoint at the end of the command. */
    protected CompletableFuture<?> end(Endpoint endpoint, Duration grace, EventPrinter printer) {
        return endpoint.closeGracefully(grace);
    }

    /**
     * Creates the reader of standard input, which stops when the command ends.
     *
     * @param limit maximum length of a line, in bytes
     */
    protected final <M> StandardInput<M> input(
            int limit, EventPrinter printer, StandardInput.Parser<M> parser, StandardInput.Sender<M> sender) {
        StandardInput<M> reader = new StandardInput<>(terminal.in(), limit, printer, parser, sender);
        input = reader;
        return reader;
    }

    /** Runs {@code ready} once a server listens. The result completes only with a failure. */
    protected static CompletableFuture<?> thenServe(CompletableFuture<?> listening, Runnable ready) {
        return listening.thenCompose(bound -> {
            ready.run();
            return new CompletableFuture<>();
        });
    }

    /** Starts reading standard input. The result completes when the client is connected and, without {@code stay}, the input has ended. */
    protected static CompletableFuture<?> thenSend(
            CompletableFuture<Void> connecting, StandardInput<?> input, boolean stay) {
        CompletableFuture<Void> ended = input.start();
        return connecting.thenCompose(connected -> stay ? new CompletableFuture<>() : ended);
    }

    /**
     * Waits for a request, a signal, or closed output.
     *
     * @param limit time-out
     * @throws CommandFailure if a signal or closed output comes first
     * @throws CompletionException if the request fails, with a {@link TimeoutException} if it times out
     */
    protected final <T> T await(CompletableFuture<T> request, EventPrinter printer, Duration limit) {
        CompletableFuture<T> timed = request.copy().orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS);
        CompletableFuture.anyOf(timed, terminal.interrupted(), printer.broken()).join();
        if (!timed.isDone()) {
            throw new CommandFailure("interrupted.");
        }
        return timed.join();
    }
}
