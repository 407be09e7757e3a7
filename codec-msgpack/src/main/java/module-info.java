/** MessagePack behind the {@link io.heliograph.codec.Codec} interface. */
@org.jspecify.annotations.NullMarked
module io.heliograph.codec.msgpack {
    requires transitive io.heliograph;

    exports io.heliograph.codec.msgpack;

    provides io.heliograph.codec.Codec with
            io.heliograph.codec.msgpack.MsgpackCodec;
}
