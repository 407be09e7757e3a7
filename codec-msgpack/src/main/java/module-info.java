/** MessagePack codecs: {@code msgpack} and {@code msgpack-js}. */
@org.jspecify.annotations.NullMarked
module io.heliograph.codec.msgpack {
    requires transitive io.heliograph;

    exports io.heliograph.codec.msgpack;

    provides io.heliograph.codec.Codec with
            io.heliograph.codec.msgpack.MsgpackCodec,
            io.heliograph.codec.msgpack.MsgpackJsCodec;
}
