package io.heliograph.cli.option;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.Terminal;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Base of all commands: standard streams, {@code --help}, and the report of an invalid option. */
public abstract class BaseCommand implements Callable<Integer> {

    /** Standard streams and the interrupt signal of the process. */
    protected final Terminal terminal;

    /** Model of this command. */
    @Spec
    @SuppressWarnings("NullAway.Init")
    protected CommandSpec spec;

    @Option(
            order = 99,
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    protected BaseCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * Builds an endpoint or a value from options.
     *
     * @throws ParameterException if {@code builder} rejects an option
     */
    protected final <T> T build(Supplier<T> builder) {
        return build(spec, builder);
    }

    /**
     * Builds an endpoint or a value from the options of a command.
     *
     * @throws ParameterException if {@code builder} rejects an option
     */
    public static <T> T build(CommandSpec command, Supplier<T> builder) {
        try {
            return builder.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), Event.messageOf(e), e);
        }
    }
}
