namespace CeleryNet.Workflows;

/// <summary>How many parts of a chord a signature in its header makes. celery/canvas.py _chord._descend</summary>
internal static class SignatureSize
{
    public static int Of(Signature signature)
    {
        switch (signature.Kind)
        {
            case SignatureKind.Group:
                return signature.Parts!.Tasks.Sum(Of);
            case SignatureKind.Chord:
                return Of(signature.Parts!.Body!);
            case SignatureKind.Chain:
                for (var i = signature.Parts!.Tasks.Count - 1; i >= 0; i--)
                {
                    if (Of(signature.Parts.Tasks[i]) is > 0 and var size)
                    {
                        return size;
                    }
                }

                return 0;
            default:
                return 1;
        }
    }
}
