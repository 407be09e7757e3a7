package io.heliograph.codec.json;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * JSON as JavaScript programs write and read it, called {@code json}.
 *
 * <p><b>Writing.</b> The bytes are valid UTF-8. What UTF-8 cannot hold, a surrogate without its partner, is written as an
 * escape, and so is U+0000. {@code NaN} and the infinities become {@code null}, and negative zero becomes zero. Integers and
 * {@code BigDecimal} are written with all their digits; a JavaScript peer keeps 53 bits of them. The types of
 * {@code java.time} and {@code Date} are ISO-8601 strings, a {@code byte[]} is a string in Base64, an enum constant its
 * name, an empty {@code Optional} null. Members stand in the order in which they are declared. An object that contains
 * itself is an error.
 *
 * <p><b>Reading.</b> Members that the type does not have are ignored, and those that are missing are null, zero, false or an
 * empty {@code Optional}; a null where a primitive is wanted is an error, and so is a fraction, even {@code 1.0}, where an
 * integer is. Of a member that comes twice the last counts. Malformed UTF-8 in a string is read as U+FFFD. A byte order
 * mark, another encoding, or anything behind the value is an error. Read as {@code Object}, an integer is a {@code Long}, or
 * a {@code BigInteger} where it does not fit, any other number a {@code Double}, and an object a {@code Map} in the order of
 * the text. No text decides which class is made of it.
 *
 * <p><b>Limits.</b> Objects and arrays may be nested 1000 deep, both ways. Read, a number may have 1000 digits, and a name
 * 50,000 characters and no surrogate without its partner. Strings and texts are as long as the frames that hold them.
 *
 * <p><b>Classes.</b> Records, and beans with a constructor without arguments. A named module opens their package to
 * {@code tools.jackson.databind}. Modules of Jackson that {@link java.util.ServiceLoader} finds, as the one for Kotlin, are
 * used, and so are its annotations.
 *
 * <p>A {@link Payload} inside of a value is written as the JSON it came as, with its digits as they were, or else as its value.
 *
 * <p>Errors name the type, the byte and the path, and of the content only the names on that path.
 */
public final class JsonCodec implements Codec {

    static final int MAX_DEPTH = 1000;

    private static final int MAX_READERS = 1024;

    /** Texts up to this length are read by parsers that are kept; what these remember is bounded by it. */
    private static final int SHORT = 4 * 1024;

    private final Places<WireParser> parsers = new Places<>();
    private final Places<KeptGenerator> generators = new Places<>();

    private final ObjectWriter writer;
    private final JsonMapper mapper;

    /** By the type they read. Forgotten all together when there are too many; that costs time only. */
    private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

    private final String name;

    public JsonCodec() {
        this("json");
    }

    /** One of another name that writes and reads some classes otherwise. */
    JsonCodec(String name, JacksonModule... modules) {
        this.name = name;
        mapper = JsonMapper.builder(new WireFactory(MAX_DEPTH))
                .findAndAddModules(JsonCodec.class.getClassLoader())
                .addModule(new RecordInstantiator.Module())
                .addModule(new SimpleModule().addSerializer(Payload.class, new PayloadWriter()))
                .addModules(modules)
                .enable(
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .disable(
                        DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS,
                        DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
                        DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE,
                        DateTimeFeature.WRITE_UTC_AS_OFFSET)
                .disable(EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
                .build();
        writer = mapper.writer();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String format() {
        return "json";
    }

    @Override
    public void encode(@Nullable Object value, FrameBuilder target) {
        KeptGenerator generator = generators.take();
        if (generator == null) {
            generator = new KeptGenerator(mapper);
        }
        try {
            generator.write(writer, value, target);
            generators.put(generator); // not after a failure, which leaves it in the middle
        } catch (RuntimeException | StackOverflowError e) {
            String type = value == null ? "null" : value.getClass().getTypeName();
            throw new CodecException("cannot write " + type + " as JSON" + Problem.of(e), e);
        }
    }

    @Override
    public @Nullable Object decode(Frame bytes, Type type) {
        Frame text = Utf8.wellFormed(bytes);
        try {
            ObjectReader reader = reader(type);
            return text.length() <= SHORT
                    ? decodeShort(reader, text)
                    : reader.readValue(text.array(), text.offset(), text.length());
        } catch (RuntimeException | StackOverflowError e) {
            throw new CodecException("cannot read " + type.getTypeName() + " from JSON" + Problem.of(e), e);
        }
    }

    /** With a parser that is kept, except after a failure, which leaves it in the middle. */
    private @Nullable Object decodeShort(ObjectReader reader, Frame text) {
        WireParser parser = parsers.take();
        if (parser == null) {
            parser = ((WireParser) mapper.createParser(new byte[0])).keep();
        }
        Object value = reader.readValue(parser.begin(text.array(), text.offset(), text.length()));
        if (parser.end()) {
            parsers.put(parser);
        }
        return value;
    }

    @Override
    public @Nullable Object convert(@Nullable Object value, Type type) {
        FrameBuilder builder = new FrameBuilder(Integer.MAX_VALUE - 8);
        encode(value, builder);
        return decode(builder.build(), type);
    }

    private ObjectReader reader(Type type) {
        ObjectReader known = readers.get(type);
        if (known != null) {
            return known;
        }
        ObjectReader reader = mapper.readerFor(mapper.constructType(type));
        if (readers.size() >= MAX_READERS) {
            readers.clear();
        }
        readers.put(type, reader);
        return reader;
    }
}
