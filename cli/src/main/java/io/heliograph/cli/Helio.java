package io.heliograph.cli;

import io.heliograph.cli.channel.ChannelCommand;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.ipc.IpcCommand;
import io.heliograph.cli.realtime.RealtimeCommands;
import io.heliograph.cli.rpc.RpcCommand;
import io.heliograph.cli.socket.SocketCommand;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
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

    private Helio() {}

    /** Runs a command and exits with its exit code, also after SIGINT or SIGTERM. */
    public static void main(String[] args) {
        PrintWriter err = new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                err,
                Boolean.getBoolean("helio.color"),
                new CompletableFuture<>());
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        Thread onSignal = new Thread(() -> end(terminal, ended), "helio-signal");
        Runtime.getRuntime().addShutdownHook(onSignal);
        int code = run(terminal, args);
        ended.complete(code);
        System.exit(code);
    }

    /** Runs a command and returns its exit code. */
    static int run(Terminal terminal, String... args) {
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
            // Creating the parser takes most of the start-up time.
            PrintWriter out = new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8);
            out.println(Version.text());
            return ExitCode.SUCCESS;
        }
        CommandLine helio = commands(terminal);
        PrintWriter out = new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8);
        helio.setOut(out);
        helio.setErr(terminal.err());
        helio.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.color() ? Ansi.ON : Ansi.OFF));
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
        RealtimeCommands.addTo(helio, terminal);
        return helio.addSubcommand(IpcCommand.with(terminal))
                .addSubcommand(SocketCommand.with(terminal))
                .addSubcommand(new ChannelCommand(terminal))
                .addSubcommand(RpcCommand.with(terminal))
                .addSubcommand(new TrainCommand());
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
        terminal.err().println("helio: " + message);
        terminal.err().println("See '" + command.qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    private static int failed(Terminal terminal, CommandLine command, Exception failure) {
        if (failure instanceof ParameterException wrong) {
            return wrongUsage(terminal, wrong);
        }
        String message = failure instanceof CommandFailure
                ? Event.messageOf(failure)
                : command.getCommandSpec().qualifiedName() + " failed: " + failure;
        terminal.err().println("helio: " + message.replaceAll("\\s*\\R\\s*", " "));
        return ExitCode.FAILURE;
    }

    /**
     * Shutdown hook: lets the command close gracefully after a signal and exits with its exit code. Does nothing if the command
     * has completed.
     */
    private static void end(Terminal terminal, CompletableFuture<Integer> ended) {
        if (ended.isDone()) {
            return;
        }
        terminal.interrupted().complete(null);
        Integer code =
                ended.completeOnTimeout(ExitCode.FAILURE, 60, TimeUnit.SECONDS).join();
        Runtime.getRuntime().halt(code);
    }
}
