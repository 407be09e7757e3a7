package io.heliograph.cli;

import io.heliograph.cli.channel.ChannelCommand;
import io.heliograph.cli.client.ClientCommands;
import io.heliograph.cli.config.ConfigCommand;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.OutputQueue;
import io.heliograph.cli.console.Signals;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.console.Terminal.Style;
import io.heliograph.cli.doctor.DoctorCommand;
import io.heliograph.cli.ipc.IpcCommand;
import io.heliograph.cli.management.DrainCommand;
import io.heliograph.cli.management.ReloadCommand;
import io.heliograph.cli.realtime.ServeCommand;
import io.heliograph.cli.realtime.TokenCommand;
import io.heliograph.cli.rpc.RpcCommand;
import io.heliograph.cli.socket.SocketCommand;
import io.heliograph.cli.top.TopCommand;
import io.heliograph.internal.Printable;
import io.heliograph.server.config.ConfigException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code helio}. */
final class Helio {

    /** Time after a signal in which a command must have ended, with its drain. */
    private static final int MAX_END_MINUTES = 10;

    /** Maximum length of a failure on standard error, in characters. */
    private static final int MAX_MESSAGE = 2000;

    private Helio() {}

    /** Runs a command and exits with its exit code, also after SIGINT or SIGTERM. */
    public static void main(String[] args) {
        Terminal terminal = Terminal.of(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                style(),
                new CompletableFuture<>(),
                Signals::onHangup);
        if (Boolean.getBoolean("helio.interactive")) {
            terminal = terminal.forPerson();
        }
        // Logging goes through the same queue, so that it never blocks.
        System.setErr(new PrintStream(terminal.err().logStream(), true, StandardCharsets.UTF_8));
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        Terminal own = terminal;
        Thread onSignal = new Thread(() -> end(own, ended), "helio-signal");
        Runtime.getRuntime().addShutdownHook(onSignal);
        int code = run(terminal, args);
        ended.complete(code);
        System.exit(code);
    }

    private static Style style() {
        return Boolean.getBoolean("helio.color")
                ? Style.COLOR
                : Boolean.getBoolean("helio.terminal") ? Style.COLUMNS : Style.JSON;
    }

    /** Runs a command, writes its output, and returns its exit code. */
    static int run(Terminal terminal, String... args) {
        int code = execute(terminal, args);
        awaitOutput(terminal, terminal.out());
        if (terminal.out().broken().isCompletedExceptionally()) {
            if (code == ExitCode.SUCCESS) {
                report(terminal, Event.messageOf(terminal.out().broken().exceptionNow()));
            }
            code = Math.max(code, ExitCode.FAILURE);
        }
        awaitOutput(terminal, terminal.err());
        return code;
    }

    /** Waits until the output is written; after a signal no longer than a second, as nobody may read it. */
    private static void awaitOutput(Terminal terminal, OutputQueue queue) {
        CompletableFuture<Void> overdue = terminal.interrupted()
                .thenCompose(signal -> new CompletableFuture<Void>().completeOnTimeout(null, 1, TimeUnit.SECONDS));
        CompletableFuture.anyOf(queue.drained(), overdue).join();
    }

    private static int execute(Terminal terminal, String... args) {
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
            // Creating the parser takes most of the start-up time.
            terminal.out().addLine(Version.text());
            return ExitCode.SUCCESS;
        }
        CommandLine helio = commands(terminal);
        helio.setOut(new PrintWriter(terminal.out().stream(), true, StandardCharsets.UTF_8));
        helio.setErr(new PrintWriter(terminal.err().logStream(), true, StandardCharsets.UTF_8));
        helio.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.style() == Style.COLOR ? Ansi.ON : Ansi.OFF));
        if (Arrays.stream(args).anyMatch(arg -> arg.matches("-\\d.*"))) {
            // A negative number is a message, not an option.
            helio.setUnmatchedOptionsArePositionalParams(true);
        }
        helio.setParameterExceptionHandler((wrong, ignored) -> wrongUsage(terminal, wrong));
        helio.setExecutionExceptionHandler((failure, command, ignored) -> failed(terminal, command, failure));
        return helio.execute(args);
    }

    private static CommandLine commands(Terminal terminal) {
        CommandLine helio = new CommandLine(new HelioCommand(terminal));
        helio.addSubcommand(new ServeCommand(terminal));
        ClientCommands.addTo(helio, terminal);
        helio.addSubcommand(IpcCommand.with(terminal))
                .addSubcommand(SocketCommand.with(terminal))
                .addSubcommand(new ChannelCommand(terminal))
                .addSubcommand(RpcCommand.with(terminal))
                .addSubcommand(ConfigCommand.with(terminal))
                .addSubcommand(new DoctorCommand(terminal))
                .addSubcommand(TokenCommand.with(terminal))
                .addSubcommand(new ReadyCommand(terminal))
                .addSubcommand(new TopCommand(terminal))
                .addSubcommand(new ReloadCommand(terminal))
                .addSubcommand(new DrainCommand(terminal))
                .addSubcommand(new HelpCommand(terminal))
                .addSubcommand(new VersionCommand(terminal))
                .addSubcommand(new CompletionCommand(terminal))
                .addSubcommand(new TrainCommand());
        OptionGroups.applyTo(helio);
        return helio;
    }

    /** Prints the error and the command that shows the help. */
    private static int wrongUsage(Terminal terminal, ParameterException wrong) {
        CommandSpec command = wrong.getCommandLine().getCommandSpec();
        String message = Event.messageOf(wrong);
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            List<String> meant = unmatched.getSuggestions();
            if (!meant.isEmpty()) {
                message += " (did you mean " + meant.getFirst() + "?)";
            }
        }
        report(terminal, message);
        terminal.err().addLine("See '" + command.qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    private static int failed(Terminal terminal, CommandLine command, Exception failure) {
        if (failure instanceof ParameterException wrong) {
            return wrongUsage(terminal, wrong);
        }
        if (failure instanceof ConfigException errors) {
            return invalidConfiguration(terminal, errors);
        }
        String message = failure instanceof CommandFailure
                ? Event.messageOf(failure)
                : command.getCommandSpec().qualifiedName() + " failed: " + failure;
        report(terminal, message);
        return ExitCode.FAILURE;
    }

    /** Prints each error of a configuration as one line. */
    private static int invalidConfiguration(Terminal terminal, ConfigException invalid) {
        invalid.errors().forEach(error -> report(terminal, error));
        int count = invalid.errors().size();
        report(terminal, count + (count == 1 ? " error" : " errors") + " in the configuration; nothing was started");
        return ExitCode.USAGE;
    }

    /** Prints a failure as one line. A peer may have written parts of it. */
    private static void report(Terminal terminal, String message) {
        terminal.err().addLine("helio: " + Printable.of(message.replaceAll("\\s*\\R\\s*", " "), MAX_MESSAGE));
    }

    /**
     * Shutdown hook: lets the command close gracefully after a signal and exits with its exit code. Does nothing if the command
     * has completed. A second signal exits at once.
     */
    private static void end(Terminal terminal, CompletableFuture<Integer> ended) {
        if (ended.isDone()) {
            return;
        }
        Signals.onEnd(() -> Runtime.getRuntime().halt(ExitCode.INTERRUPTED));
        terminal.interrupted().complete(null);
        Integer code = ended.completeOnTimeout(ExitCode.FAILURE, MAX_END_MINUTES, TimeUnit.MINUTES)
                .join();
        Runtime.getRuntime().halt(code);
    }
}
