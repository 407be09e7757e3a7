package io.heliograph.codec.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Types and helpers of the codec tests. */
final class Samples {

    static final JsonCodec CODEC = new JsonCodec();

    record Item(@Nullable String name, double price, int count) {}

    record Order(long id, @Nullable List<Item> items, Optional<String> note) {}

    record Ping() {}

    @SuppressWarnings("ArrayRecordComponent") // only written
    record Numbers(double primitive, @Nullable Double boxed, float single, double[] many) {}

    enum Color {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "the color of grass";
            }
        }
    }

    public static class Bean {
        private String zeta = "z";
        private int alpha = 1;

        public String getZeta() {
            return zeta;
        }

        public void setZeta(String zeta) {
            this.zeta = zeta;
        }

        public int getAlpha() {
            return alpha;
        }

        public void setAlpha(int alpha) {
            this.alpha = alpha;
        }
    }

    record Range(int low, int high) {
        Range {
            if (low > high) {
                throw new IllegalArgumentException("low is above high");
            }
        }
    }

    record Failing(String name) {
        @Override
        public String name() {
            throw new IllegalStateException("not today");
        }
    }

    private Samples() {}

    static byte[] bytes(@Nullable Object value) {
        FrameBuilder builder = new FrameBuilder(1 << 28);
        CODEC.encode(value, builder);
        return builder.build().toByteArray();
    }

    static String written(@Nullable Object value) {
        return new String(bytes(value), UTF_8);
    }

    static @Nullable Object read(String text) {
        return CODEC.decode(Frame.utf8(text), Object.class);
    }

    static @Nullable Object read(String text, Type type) {
        return CODEC.decode(Frame.utf8(text), type);
    }
}
