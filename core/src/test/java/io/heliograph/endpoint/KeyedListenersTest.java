package io.heliograph.endpoint;

import static io.heliograph.endpoint.ListenersTest.race;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
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

    /** Map of a race, with a subscription that ends and a listener that must be kept. */
    private static final class Contended {

        final KeyedListeners<String, Runnable> map = new KeyedListeners<>(failure -> {});
        final AtomicInteger calls = new AtomicInteger();
        final Subscription leaving = map.on("a", () -> {});

        Contended() {
            map.once("a", () -> {});
        }

        void emit() {
            map.emit("a", (listener, a, b) -> listener.run(), null, null);
        }
    }

    /** Each race contends for many maps: on a busy machine the start of a race takes longer than the race. */
    @Test
    void listenerAddedWhileTheLastIsRemovedIsKept() throws Exception {
        for (int race = 0; race < 40; race++) {
            List<Contended> maps = Stream.generate(Contended::new).limit(1_000).toList();
            race(
                    () -> maps.forEach(each -> each.leaving.close()),
                    () -> maps.forEach(each -> each.map.on("a", each.calls::incrementAndGet)),
                    () -> maps.forEach(Contended::emit));
            for (Contended each : maps) {
                int before = each.calls.get();
                each.emit();
                assertThat(each.calls.get()).isEqualTo(before + 1);
            }
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
