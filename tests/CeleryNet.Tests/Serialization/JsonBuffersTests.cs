using System.Text;
using System.Text.Json;
using CeleryNet.Serialization;

namespace CeleryNet.Tests.Serialization;

/// <summary>Buffers for JSON that are used again.</summary>
public sealed class JsonBuffersTests
{
    private readonly JsonBuffers _buffers = new(new JsonWriterOptions { SkipValidation = true });

    [Fact]
    public void Returned_buffer_is_empty_for_the_next_one()
    {
        var first = _buffers.Rent();
        first.Writer.WriteStringValue("left behind");
        first.Writer.Flush();
        first.Writer.WriteStartArray();
        _buffers.Return(first);

        var second = _buffers.Rent();
        second.Writer.WriteNumberValue(7);

        second.ShouldBe(first);
        Encoding.UTF8.GetString(second.ToArray()).ShouldBe("7");
    }

    [Fact]
    public void Buffer_in_use_is_its_renters_alone()
    {
        JsonBuffers.Buffer[] rented = [.. Enumerable.Range(0, 100).Select(_ => _buffers.Rent())];

        rented.Distinct().Count().ShouldBe(rented.Length);
        Array.ForEach(rented, _buffers.Return);
        rented = [.. Enumerable.Range(0, 100).Select(_ => _buffers.Rent())];
        rented.Distinct().Count().ShouldBe(rented.Length);
    }

    [Fact]
    public void One_whose_writing_failed_does_not_come_back()
    {
        Should.Throw<FormatException>(() => _buffers.Write(0, static (buffer, _) =>
        {
            buffer.Writer.WriteStartObject();
            throw new FormatException();
        }));

        Write("next").ShouldBe("\"next\"");
    }

    [Fact]
    public void Small_and_large_documents_are_written_right_by_many_at_a_time()
    {
        Parallel.For(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            var text = new string((char)('a' + (number % 26)), number % 50 == 0 ? 200_000 : number % 300);
            Write(text).ShouldBe($"\"{text}\"");
        });
    }

    [Fact]
    public void Large_document_costs_little_more_than_itself()
    {
        var text = new string('x', 100_000);
        var least = long.MaxValue;
        for (var i = 0; i < 10; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _buffers.Write(text, static (buffer, text) => buffer.Writer.WriteStringValue(text));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        least.ShouldBeInRange(100_000, 110_000);
    }

    private string Write(string text) => Encoding.UTF8.GetString(_buffers.Write(text, static (buffer, text) => buffer.Writer.WriteStringValue(text)));
}
