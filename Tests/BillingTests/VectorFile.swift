/// Agreed cases with their results. `night` is 22:00-06:00 on all days at 50 %, `weekend` Saturday and Sunday at 50 %,
/// `holiday` nationwide German holidays at 100 %, all in Europe/Berlin with `max` stacking.
enum VectorFile {
    static let json = """
        [
         {
          "kind": "round",
          "raw": 0,
          "quantum": 900,
          "minimum": 0,
          "mode": "up",
          "freeUpTo": 0,
          "expect": 0
         },
         {
          "kind": "round",
          "raw": 901,
          "quantum": 900,
          "minimum": 0,
          "mode": "up",
          "freeUpTo": 0,
          "expect": 1800
         },
         {
          "kind": "round",
          "raw": 61,
          "quantum": 60,
          "minimum": 0,
          "mode": "up",
          "freeUpTo": 60,
          "expect": 120
         },
         {
          "kind": "round",
          "raw": 450,
          "quantum": 900,
          "minimum": 0,
          "mode": "nearest",
          "freeUpTo": 0,
          "expect": 900
         },
         {
          "kind": "round",
          "raw": 3661,
          "quantum": 360,
          "minimum": 0,
          "mode": "up",
          "freeUpTo": 0,
          "expect": 3960
         },
         {
          "kind": "money",
          "seconds": 2700,
          "centsPerHour": 10000,
          "expect": 7500
         },
         {
          "kind": "money",
          "seconds": 1200,
          "centsPerHour": 9000,
          "expect": 3000
         },
         {
          "kind": "money",
          "seconds": 9,
          "centsPerHour": 2000,
          "expect": 5
         },
         {
          "kind": "vat",
          "netCents": 28750,
          "basisPoints": 1900,
          "expect": 5463
         },
         {
          "kind": "vat",
          "netCents": 50,
          "basisPoints": 1000,
          "expect": 5
         },
         {
          "kind": "bands",
          "start": "2026-11-05T20:30:00Z",
          "end": "2026-11-05T21:30:00Z",
          "windows": [
           "night"
          ],
          "expect": [
           {
            "seconds": 1800,
            "pct": 0,
            "band": "base"
           },
           {
            "seconds": 1800,
            "pct": 50,
            "band": "night"
           }
          ]
         },
         {
          "kind": "bands",
          "start": "2027-03-28T00:30:00Z",
          "end": "2027-03-28T04:30:00Z",
          "windows": [
           "night"
          ],
          "expect": [
           {
            "seconds": 12600,
            "pct": 50,
            "band": "night"
           },
           {
            "seconds": 1800,
            "pct": 0,
            "band": "base"
           }
          ]
         },
         {
          "kind": "allocate",
          "bands": [
           [
            1500,
            0,
            "base"
           ],
           [
            301,
            50,
            "night"
           ]
          ],
          "rounded": 2700,
          "expect": [
           [
            1500,
            0,
            "base"
           ],
           [
            1200,
            50,
            "night"
           ]
          ]
         },
         {
          "kind": "quota",
          "seconds": 2700,
          "left": 600,
          "expect": [
           600,
           2100
          ]
         },
         {
          "kind": "sla",
          "start": "2026-11-05T08:00:00Z",
          "targetSeconds": 14400,
          "service": "Mo-Fr 09-17 Europe/Berlin, DE holidays",
          "expect": "2026-11-05T12:00:00Z"
         },
         {
          "kind": "sla",
          "start": "2026-12-23T15:00:00Z",
          "targetSeconds": 14400,
          "service": "Mo-Fr 09-17 Europe/Berlin, DE holidays",
          "expect": "2026-12-24T11:00:00Z"
         }
        ]
        """
}
