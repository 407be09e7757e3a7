package io.heliograph.cli;

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

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    private Helio() {}

    /** Runs a command and ends the process with its exit code; also when a signal asks it to end. */
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

    /** Runs a command to its end. */
    static int run(Terminal terminal, String... args) {
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
            // Making the parser takes most of a start, and a version needs none.
            PrintWriter out = new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8);
            out.println(Version.text());
            return DONE;
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
        CommandLine ipc = new CommandLine(new IpcCommand())
                .addSubcommand(new ListenCommand(terminal))
                .addSubcommand(new ConnectCommand(terminal))
                .addSubcommand(new SendCommand(terminal));
        CommandLine rpc = new CommandLine(new RpcCommand())
                .addSubcommand(new RpcServeCommand(terminal))
                .addSubcommand(new RpcCallCommand(terminal))
                .addSubcommand(new RpcNotifyCommand(terminal))
                .addSubcommand(new RpcSubscribeCommand(terminal))
                .addSubcommand(new RpcMethodsCommand(terminal));
        return new CommandLine(new HelioCommand())
                .addSubcommand(new ServeCommand(terminal))
                .addSubcommand(new SubCommand(terminal))
                .addSubcommand(new PubCommand(terminal))
                .addSubcommand(new InvokeCommand(terminal))
                .addSubcommand(new TransmitCommand(terminal))
                .addSubcommand(ipc)
                .addSubcommand(SocketCommand.with(terminal))
                .addSubcommand(new ChannelCommand(terminal))
                .addSubcommand(rpc)
                .addSubcommand(new TrainCommand());
    }

    /** One line that names what is wrong and what was expected, and one that says where to read more. */
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
        return WRONG_USAGE;
    }

    private static int failed(Terminal terminal, CommandLine command, Exception failure) {
        if (failure instanceof ParameterException wrong) {
            return wrongUsage(terminal, wrong);
        }
        String message = failure instanceof CommandFailure
                ? Event.messageOf(failure)
                : command.getCommandSpec().qualifiedName() + " failed: " + failure;
        terminal.err().println("helio: " + message.replaceAll("\\s*\\R\\s*", " "));
        return FAILED;
    }

    /**
     * A signal has come: lets the command end in order, with its own exit code instead of the one for a death by signal. A
     * machine that is already ending because the command has is left to it.
     */
    private static void end(Terminal terminal, CompletableFuture<Integer> ended) {
        if (ended.isDone()) {
            return;
        }
        terminal.interrupted().complete(null);
        Integer code = ended.completeOnTimeout(FAILED, 60, TimeUnit.SECONDS).join();
        Runtime.getRuntime().halt(code);
    }
}
