package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Subscription;
import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Control;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules that every {@link Control} keeps, with one node. A subclass supplies the control, and closes it. */
public abstract class ControlContract {

    private Control control;
    private final BlockingQueue<Command> executed = new LinkedBlockingQueue<>();

    /** Returns the control of the only node. */
    protected abstract Control newControl();

    @BeforeEach
    void start() {
        control = newControl();
    }

    private static Command disconnect(int code) {
        return new Command.Disconnect(new Command.Target.User("ada"), code, "bye");
    }

    @Test
    void nodeKnowsItself() {
        assertThat(control.nodes()).containsExactly(control.self());
        assertThat(control.self().id()).matches("[a-z0-9.]+-[a-z0-9]{8}");
        assertThat(newControl().self().id()).isNotEqualTo(control.self().id());
    }

    @Test
    void commandsAreExecutedInOrder() throws Exception {
        control.onCommand(executed::add);
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            results.add(control.send(disconnect(i)));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(next()).isEqualTo(disconnect(i));
            assertThat(value(results.get(i))).isEqualTo(1);
        }
    }

    @Test
    void everyKindOfCommandArrivesAsSent() throws Exception {
        control.onCommand(executed::add);
        Instant end = Instant.now().plusSeconds(60);
        List<Command> commands = List.of(
                new Command.KickOut("news", new Command.Target.Connection("sc-1"), "out"),
                new Command.KickOut("news", new Command.Target.User("\u00fc"), null),
                new Command.Revoke(new Command.Target.Token("t"), end.minusSeconds(120), end));
        for (Command command : commands) {
            assertThat(value(control.send(command))).isEqualTo(1);
            assertThat(next()).isEqualTo(command);
        }
    }

    @Test
    void failedCommandIsNotCountedAndStopsNothing() throws Exception {
        Subscription failing = control.onCommand(command -> {
            throw new IllegalStateException("oops");
        });
        control.onCommand(executed::add);
        assertThat(value(control.send(disconnect(1)))).isZero();
        assertThat(next()).isEqualTo(disconnect(1));
        failing.close();
        assertThat(value(control.send(disconnect(2)))).isEqualTo(1);
        assertThat(next()).isEqualTo(disconnect(2));
    }

    @Test
    void nodeWithoutListenersExecutesNothing() {
        control.onCommand(executed::add).close();
        assertThat(value(control.send(disconnect(1)))).isZero();
        assertThat(executed).isEmpty();
    }

    @Test
    void revocationsAreKeptUntilTheirEnd() {
        Instant now = Instant.now();
        Command.Target ada = new Command.Target.User("ada");
        Command.Revoke current = new Command.Revoke(ada, now, now.plusSeconds(3600));
        Command.Revoke past = new Command.Revoke(ada, now, now.minusSeconds(1));
        value(control.send(past));
        value(control.send(current));
        value(control.send(current));
        value(control.send(disconnect(1)));
        assertThat(value(control.revocations())).containsExactly(current);
    }

    @Test
    void listenerMaySendACommand() throws Exception {
        control.onCommand(command -> {
            executed.add(command);
            if (command.equals(disconnect(1))) {
                control.send(disconnect(2));
            }
        });
        control.send(disconnect(1));
        assertThat(List.of(next(), next())).containsExactly(disconnect(1), disconnect(2));
    }

    private Command next() throws InterruptedException {
        return Objects.requireNonNull(executed.poll(30, TimeUnit.SECONDS), "no command");
    }

    private static <T> T value(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }
}
