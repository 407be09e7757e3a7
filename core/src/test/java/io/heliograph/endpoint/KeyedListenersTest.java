package io.heliograph.endpoint;

import static io.heliograph.endpoint.ListenersTest.race;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class KeyedListenersTest {

    private final KeyedListeners<String, Consumer<String>> listeners = new KeyedListeners<>(failure -> {});
    private final List<String> heard = new ArrayList<>();

    private void emit(String key, String event) {
        listeners.emit(key, (listener, a, b) -> listener.accept(a), event, null);
    }

    @Test
    void eventGoesToTheListenersOfItsKey() {
        listeners.on("a", e -> heard.add("a" + e));
        listeners.on("b", e -> heard.add("b" + e));
        emit("a", "1");
        emit("b", "2");
        emit("c", "3");
        assertThat(heard).containsExactly("a1", "b2");
    }

    @Test
    void offRemovesTheListenersOfOneKey() {
        Subscription old = listeners.on("a", e -> heard.add("a" + e));
        listeners.on("b", e -> heard.add("b" + e));
        listeners.off("a");
        listeners.off("unknown");
        emit("a", "1");
        emit("b", "2");
        listeners.on("a", e -> heard.add("new" + e));
        old.close();
        emit("a", "3");
        assertThat(heard).containsExactly("b2", "new3");
    }

    @Test
    void keyWithoutListenersIsRemoved() {
        Subscription on = listeners.on("a", heard::add);
        listeners.once("b", heard::add);
        listeners.on("c", heard::add);
        assertThat(listeners.size()).isEqualTo(3);
        on.close();
        emit("b", "1");
        listeners.off("c");
        assertThat(listeners.size()).isZero();
    }

    @Test
    void listenerAddedWhileTheLastIsRemovedIsKept() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            AtomicInteger calls = new AtomicInteger();
            KeyedListeners<String, Runnable> contended = new KeyedListeners<>(failure -> {});
            Subscription leaving = contended.on("a", () -> {});
            contended.once("a", () -> {});
            race(
                    leaving::close,
                    () -> contended.on("a", calls::incrementAndGet),
                    () -> contended.emit("a", (listener, a, b) -> listener.run(), null, null));
            int before = calls.get();
            contended.emit("a", (listener, a, b) -> listener.run(), null, null);
            assertThat(calls.get()).isEqualTo(before + 1);
        }
    }

    @Test
    void failureIsHandledWithItsKey() {
        List<String> handled = new ArrayList<>();
        KeyedListeners<String, Consumer<String>> failing =
                new KeyedListeners<>((key, failure, a, b) -> handled.add(key + " " + a + " " + b));
        failing.on("topic", e -> {
            throw new IllegalStateException(e);
        });
        failing.emit("topic", (listener, a, b) -> listener.accept(a), "event", "peer");
        assertThat(handled).containsExactly("topic event peer");
    }
}
