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
 * JSON as JavaScript programs write and read it. Its name is {@code json}.
 *
 * <p><b>Writing.</b> The bytes are valid UTF-8. An unpaired surrogate and U+0000 are written as escapes. {@code NaN} and infinities become
 * {@code null}, and negative zero becomes zero. Integers and {@code BigDecimal} are written with all digits and without an exponent, which
 * only a {@code BigDecimal} of more than 1000 digits has; a JavaScript peer keeps 53 bits. A {@code double} has an exponent where JavaScript
 * writes one, below 1e-6 and from 1e21 on.
 * The types of {@code java.time} and {@code Date} are ISO-8601 strings, a {@code byte[]} is a Base64 string, an enum constant its name, an
 * empty {@code Optional} null. Members keep their declaration order. A cyclic value is an error.
 *
 * <p><b>Reading.</b> Unknown members are ignored; a missing member is null, zero, false or an empty {@code Optional}. Null for a primitive is
 * an error, and so is a fraction, even {@code 1.0}, for an integer. The last of duplicate members counts. Malformed UTF-8 in a string becomes
 * U+FFFD. A byte order mark, another encoding, or bytes after the value are errors. Read as {@code Object}, an integer is a {@code Long}, or a
 * {@code BigInteger} beyond 64 bits, any other number a {@code Double}, and an object a {@code Map} in document order. The bytes never select
 * a class.
 *
 * <p><b>Limits.</b> Maximum nesting is 1000 levels, written and read. When reading, a number has at most 1000 digits, and a name at most
 * 50,000 characters and no unpaired surrogate. Strings and documents are limited by the length of the frame.
 *
 * <p><b>Types.</b> Records, and beans with a constructor without arguments. A named module must open their package to
 * {@code tools.jackson.databind}. Jackson annotations apply, and so do the Jackson modules that {@link java.util.ServiceLoader} finds, such as
 * the module for Kotlin.
 *
 * <p>A JSON {@link Payload} within a value is copied verbatim; any other payload is written by its value.
 *
 * <p>An error names the type, the byte offset and the path, and shows no content but the names on that path.
 *
 * <p>Thread-safe.
 */
public final class JsonCodec implements Codec {

    static final int MAX_DEPTH = 1000;

    private static final int MAX_READERS = 1024;

    /** Maximum length of a document that a reusable parser reads, which also bounds the memory that the parser retains. */
    private static final int MAX_REUSE_LENGTH = 4 * 1024;

    private final StripedPool<WireParser> parsers = new StripedPool<>();
    private final StripedPool<ReusableGenerator> generators = new StripedPool<>();

    private final ObjectWriter writer;
    private final JsonMapper mapper;

    /** Readers by type. A full cache is cleared, which only costs time. */
    private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

    private final String name;

    public JsonCodec() {
        this("json");
    }

    /** Creates a codec of another name, with further Jackson modules. */
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
        ReusableGenerator generator = generators.take();
        if (generator == null) {
            generator = new ReusableGenerator(mapper);
        }
        try {
            generator.write(writer, value, target);
            generators.put(generator); // not after a failure, which leaves the generator within a value
        } catch (RuntimeException | StackOverflowError e) {
            String type = value == null ? "null" : value.getClass().getTypeName();
            throw new CodecException("cannot write " + type + " as JSON" + Problem.describe(e), e);
        }
    }

    @Override
    public @Nullable Object decode(Frame bytes, Type type) {
        Frame document = Utf8.wellFormed(bytes);
        try {
            ObjectReader reader = reader(type);
            return document.length() <= MAX_REUSE_LENGTH
                    ? decodeReusing(reader, document)
                    : reader.readValue(document.array(), document.offset(), document.length());
        } catch (RuntimeException | StackOverflowError e) {
            throw new CodecException("cannot read " + type.getTypeName() + " from JSON" + Problem.describe(e), e);
        }
    }

    /** Decodes with a reusable parser, which is discarded after a failure. */
    private @Nullable Object decodeReusing(ObjectReader reader, Frame document) {
        WireParser parser = parsers.take();
        if (parser == null) {
            parser = ((WireParser) mapper.createParser(new byte[0])).reusable();
        }
        Object value = reader.readValue(parser.begin(document.array(), document.offset(), document.length()));
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
