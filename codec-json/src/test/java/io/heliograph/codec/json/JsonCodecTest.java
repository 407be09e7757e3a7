package io.heliograph.codec.json;

import static io.heliograph.codec.json.Samples.CODEC;
import static io.heliograph.codec.json.Samples.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.codec.json.Samples.Item;
import io.heliograph.codec.json.Samples.Order;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class JsonCodecTest {

    @Test
    void codecIsFoundByName() {
        assertThat(Codec.named("json")).isInstanceOf(JsonCodec.class);
        assertThat(CODEC.name()).isEqualTo("json");
    }

    @Test
    void convertWritesAndReads() {
        assertThat(CODEC.convert(Map.of("name", "x", "price", 2, "count", 3L), Item.class))
                .isEqualTo(new Item("x", 2, 3));
        assertThat(CODEC.convert(new Item("x", Double.POSITIVE_INFINITY, 1), Map.class))
                .hasToString("{name=x, price=null, count=1}");
        assertThat(CODEC.convert(null, Item.class)).isNull();
        assertThatThrownBy(() -> CODEC.convert("x", Item.class)).isInstanceOf(CodecException.class);
    }

    @Test
    void payloadIsReadAsRequestedType() {
        Payload payload = Payload.of(CODEC, Frame.utf8("{\"name\":\"x\"}"));
        assertThat(payload.as(Item.class)).isEqualTo(new Item("x", 0, 0));
        assertThat(payload.as(new TypeRef<Map<String, String>>() {})).isEqualTo(Map.of("name", "x"));
        assertThat(payload.value()).isEqualTo(Map.of("name", "x"));
        assertThat(Payload.ofValue(CODEC, List.of(1)).text()).isEqualTo("[1]");
    }

    @Test
    void codecIsThreadSafe() throws Exception {
        try (ExecutorService platform = Executors.newFixedThreadPool(4);
                ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int task = 0; task < 200; task++) {
                int number = task;
                tasks.add(() -> {
                    for (int i = 0; i < 100; i++) {
                        Item item = new Item("é" + number + "-" + i, i / 8.0, number);
                        Order order = new Order(i, List.of(item, item), Optional.of("x" + i));
                        assertThat(CODEC.convert(order, Order.class)).isEqualTo(order);
                        assertThat(read("{\"key-" + number + "-" + i + "\":[]}"))
                                .isEqualTo(Map.of("key-" + number + "-" + i, List.of()));
                    }
                    return null;
                });
            }
            List<Future<Void>> done = new ArrayList<>(platform.invokeAll(tasks));
            done.addAll(virtual.invokeAll(tasks));
            for (Future<Void> each : done) {
                each.get();
            }
        }
    }
}
