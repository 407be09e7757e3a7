/** MessagePack behind the {@link io.heliograph.codec.Codec} interface. */
@org.jspecify.annotations.NullMarked
module io.heliograph.codec.msgpack {
    requires transitive io.heliograph;
}
